import { createServer, type Server, Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openClient } from './client-executor.js'
import { newFolder } from './test-calls.js'
import { startServer, type TestServer } from './test-server.js'

/** Passes bytes through to a server, and spoils them as a bad network does. */
async function spoiler(target: string, spoil: (answer: Socket, client: Socket) => void): Promise<{ url: string; server: Server }> {
  const { hostname, port } = new URL(target)
  const server = createServer((client) => {
    const answer = new Socket().connect(Number(port), hostname)
    client.pipe(answer)
    for (const socket of [client, answer]) socket.on('error', () => { client.destroy() })
    spoil(answer, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

describe('@clickhouse/client against a server that fails, or speaks TLS', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer(newFolder())
  })
  afterAll(async () => {
    await server.close()
  })

  const throughSpoiler = async (spoil: (answer: Socket, client: Socket) => void, use: (url: string) => Promise<void>): Promise<void> => {
    const { url, server: proxy } = await spoiler(server.options.url, spoil)
    await use(url).finally(() => { proxy.close() })
  }

  it('says that a server that is not there is unavailable, and that a retry may help', async () => {
    const executor = openClient({ ...server.options, url: 'http://127.0.0.1:1' })
    await expect(executor.query('SELECT 1', 'TSV')).rejects.toMatchObject({ code: 'unavailable', canRetry: true })
    await expect(executor.ping()).rejects.toMatchObject({ code: 'unavailable' })
    await executor.close()
  })

  it('says that a wrong password is no use trying again', async () => {
    const executor = openClient({ ...server.options, password: 'wrong' })
    await expect(executor.query('SELECT 1', 'TSV')).rejects.toMatchObject({ code: 'unauthorised', canRetry: false })
    await executor.close()
  })

  it('fails when the connection drops in the middle of an answer', async () => {
    const dropLate = (answer: Socket, client: Socket): void => {
      let passed = 0
      answer.on('data', (chunk: Buffer) => {
        passed += chunk.length
        client.write(chunk)
        if (passed > 100_000) client.destroy()
      })
    }
    await throughSpoiler(dropLate, async (url) => {
      const executor = openClient({ ...server.options, url })
      await expect(executor.query('SELECT sipHash64(number) FROM numbers(1000000)', 'TSV')).rejects.toMatchObject({ code: 'unavailable', canRetry: true })
      await executor.close()
    })
  })

  it('gives up on a server that does not answer in time', async () => {
    await throughSpoiler(() => undefined, async (url) => {
      const executor = openClient({ ...server.options, url, timeoutMs: 300 })
      await expect(executor.query('SELECT 1', 'TSV')).rejects.toMatchObject({ code: 'unavailable', canRetry: true })
      await executor.close()
    })
  })

  it('reads an answer that comes in small pieces, slowly', async () => {
    const trickle = (answer: Socket, client: Socket): void => {
      let queue = Promise.resolve()
      answer.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length; at += 7) {
          queue = queue.then(async () => {
            client.write(chunk.subarray(at, at + 7))
            await new Promise((resolve) => { setImmediate(resolve) })
          })
        }
      })
    }
    await throughSpoiler(trickle, async (url) => {
      const executor = openClient({ ...server.options, url })
      expect(await executor.query("SELECT '您好' AS word, number FROM numbers(50)", 'JSONEachRow')).toContain('{"word":"您好","number":49}')
      await executor.close()
    })
  })

  it('trusts the authority that it is given, and no other', async () => {
    const authority = await generate([{ name: 'commonName', value: 'authority' }], { extensions: [{ name: 'basicConstraints', cA: true }, { name: 'keyUsage', keyCertSign: true }] })
    const own = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      ca: { key: authority.private, cert: authority.cert }, extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    })
    const stranger = await generate([{ name: 'commonName', value: 'stranger' }])
    const front = createTlsServer({ key: own.private, cert: own.cert }, (client) => {
      const inner = new Socket().connect(Number(new URL(server.options.url).port), '127.0.0.1')
      for (const socket of [client, inner]) socket.on('error', () => { client.destroy() })
      client.pipe(inner).pipe(client)
    })
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const options = { ...server.options, url: `https://127.0.0.1:${(front.address() as AddressInfo).port}` }
    const trusting = openClient({ ...options, ca: Buffer.from(authority.cert) })
    await trusting.command('CREATE DATABASE tls')
    await trusting.command('CREATE TABLE tls.t (text String) ENGINE = MergeTree ORDER BY text')
    await trusting.insert('tls.t', Buffer.from('{"text":"通话"}'), 'JSONEachRow', 'rows')
    expect(await trusting.query('SELECT text FROM tls.t', 'TSV')).toBe('通话\n')
    await trusting.close()
    for (const ca of [Buffer.from(stranger.cert), undefined]) {
      const refusing = openClient({ ...options, ca })
      await expect(refusing.query('SELECT 1', 'TSV')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/certificate/u) as string })
      await refusing.close()
    }
    front.close()
  }, 30_000)
})
