import type { AddressInfo } from 'node:net'
import { openChdb } from './chdb-executor.js'
import { createEndpoint } from './http-endpoint.js'
import type { ServerOptions } from './client-executor.js'

/** A server for tests: the embedded engine behind ClickHouse's HTTP interface, or the one that CLICKHOUSE_URL names. */
export interface TestServer {
  options: ServerOptions
  close: () => Promise<void>
}

/** The engine of a folder, for writing too. */
export async function startServer(dir: string): Promise<TestServer> {
  // Holds the folder open between requests.
  const keeper = await openChdb(dir)
  const server = createEndpoint({ user: 'tester', password: 'secret', writable: true, check: (sql) => Promise.resolve(sql), open: (settings) => openChdb(dir, settings) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    options: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: 'tester', password: 'secret' },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
      await keeper.close()
    },
  }
}

/** The server of the environment, if there is one. */
export function serverOfEnvironment(): ServerOptions | undefined {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = process.env
  return url === undefined ? undefined : { url, user, password }
}
