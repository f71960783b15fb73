import type { Server } from 'node:http'
import { createEndpoint } from './http-endpoint.js'
import { openLimited } from './open-reader.js'
import { openChdb } from './chdb-executor.js'
import { letOthersIn } from './owner.js'
import { SqlGuard } from './sql-guard.js'
import { DATABASE } from './store-place.js'

export interface ServeOptions {
  dir: string
  user: string
  password: string
}

/** Lets tools that speak ClickHouse's HTTP interface read an embedded store: read-only, guarded, with limits. Other commands on this machine work in it meanwhile. */
export async function serveSql({ dir, user, password }: ServeOptions): Promise<{ server: Server; close: () => Promise<void> }> {
  const executor = await openChdb(dir)
  await executor.command(`USE ${DATABASE}`)
  const shutOthersOut = await letOthersIn(dir)
  const guard = await SqlGuard.create(executor, DATABASE, true)
  const server = createEndpoint({
    user,
    password,
    writable: false,
    check: (sql, parameters) => guard.check(sql, parameters),
    open: (settings) => openLimited({ dir }, settings),
  })
  return {
    server,
    async close() {
      await shutOthersOut()
      await new Promise<void>((resolve) => {
        server.close(() => { resolve() })
        server.closeAllConnections()
      })
      await executor.close()
    },
  }
}
