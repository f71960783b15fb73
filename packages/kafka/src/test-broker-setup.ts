import { rmSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type DevBroker, startDevBroker } from './dev-broker.js'

/** For vitest: one broker for all test files, started when the first of them asks for it. */
export default async function setup(): Promise<() => Promise<void>> {
  const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-test-kafka-'))
  let started: Promise<DevBroker> | undefined
  const server = createServer((socket) => {
    started ??= startDevBroker({ dir })
    started.then(({ brokers }) => socket.end(brokers), (error: unknown) => socket.end(`! ${String(error)}`))
  })
  const address = path.join(dir, 'ask')
  await new Promise<void>((resolve) => server.listen(address, resolve))
  process.env.YUZHI_TEST_BROKER = address
  return async () => {
    server.close()
    await (await started)?.kill()
    rmSync(dir, { recursive: true, force: true })
  }
}
