import { existsSync } from 'node:fs'
import path from 'node:path'
import { openChdb } from './chdb-executor.js'
import { openClient, type ServerOptions } from './client-executor.js'
import type { Executor, Settings } from './executor.js'
import type { SchemaTarget } from './render-migration.js'

/** Where results are kept: a folder with ClickHouse in this process, or a server. */
export type StorePlace = { dir: string } | { server: ServerOptions; cluster?: string | undefined }

/** Name of the database in a folder, and on a server unless another is asked for. */
export const DATABASE = 'yuzhi'

export function databaseOf(place: StorePlace): string {
  return 'server' in place ? (place.server.database ?? DATABASE) : DATABASE
}

/** Where the schema of a place lives. */
export function targetOf(place: StorePlace): SchemaTarget {
  return { database: databaseOf(place), cluster: 'server' in place ? place.cluster : undefined }
}

/** Whether a folder holds a store already. */
export function holdsStore(dir: string): boolean {
  return existsSync(path.join(dir, 'metadata')) || existsSync(path.join(dir, 'store'))
}

export async function openExecutor(place: StorePlace, settings: Settings = {}): Promise<Executor> {
  if ('dir' in place) return openChdb(place.dir, settings)
  // The database may not be there yet: every name in our SQL carries it.
  return openClient({ ...place.server, database: undefined, settings: { ...place.server.settings, ...settings } })
}
