import { createServer, type Server, Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
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

describe('@clickhouse/client against a server that fails', () => {
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
})
