import { openClient } from './client-executor.js'
import type { Executor, Parameters, Settings } from './executor.js'
import { SqlGuard } from './sql-guard.js'
import { StoreError } from './store-error.js'
import { databaseOf, holdsStore, openExecutor, type StorePlace } from './store-place.js'

export interface Reader {
  /** The result of a person's SQL as text; parameters are values of its `{name:Type}`. */
  run: (sql: string, format: string, parameters?: Parameters) => Promise<string>
  /** For the product's own queries, which need no guard. */
  executor: Executor
  database: string
  close: () => Promise<void>
}

/** What one statement of a person may use. */
const LIMITS = { max_execution_time: 60, max_memory_usage: 4_000_000_000, max_result_rows: 1_000_000, result_overflow_mode: 'throw' } as const

/** Opens a store for reading. A folder must hold one: nothing is created. */
export async function openReader(place: StorePlace): Promise<Reader> {
  if ('dir' in place && !holdsStore(place.dir)) {
    throw new StoreError('no_store', { message: `there is no store in ${place.dir}`, zh: `${place.dir} 中没有库` }, false)
  }
  const database = databaseOf(place)
  // The guard asks the engine about statements in a session of its own, which takes parameters.
  const executor = await openExecutor(place)
  const guard = await SqlGuard.create(executor, database)
  const limited = await openLimited(place)
  return {
    executor,
    database,
    run: async (sql, format, parameters) => limited.query(await guard.check(sql, parameters), format, parameters),
    async close() {
      await limited.close()
      await executor.close()
    },
  }
}

/** A session for SQL of people: read-only, with limits that no setting of theirs loosens. */
export async function openLimited(place: StorePlace, settings: Settings = {}): Promise<Executor> {
  // 2: settings of the connection itself may still be sent.
  if ('server' in place) return openClient({ ...place.server, database: databaseOf(place), settings: { ...settings, ...LIMITS, readonly: 2 } })
  const limited = await openExecutor(place, { ...settings, ...LIMITS })
  await limited.command(`USE ${databaseOf(place)}`)
  // It goes last: after it no setting can change.
  await limited.command('SET readonly = 1')
  return limited
}
