import { existsSync } from 'node:fs'
import path from 'node:path'
import { openChdb } from './chdb-executor.js'
import type { Executor } from './executor.js'
import { SqlGuard } from './sql-guard.js'
import { StoreError } from './store-error.js'
import { DATABASE } from './tables.js'

export interface Reader {
  /** The result of a person's SQL as text. */
  run: (sql: string, format: string) => Promise<string>
  /** For the product's own queries, which need no guard. */
  executor: Executor
  close: () => Promise<void>
}

/** What one statement of a person may use. */
const LIMITS: readonly (readonly [string, string | number])[] = [
  ['max_execution_time', 60],
  ['max_memory_usage', 4_000_000_000],
  ['max_result_rows', 1_000_000],
  ['result_overflow_mode', 'throw'],
  ['readonly', 1],
]

/** Opens the store of a folder for reading. `folder` must hold one: nothing is created. */
export async function openReader(folder: string): Promise<Reader> {
  if (!existsSync(path.join(folder, 'metadata')) && !existsSync(path.join(folder, 'store'))) {
    throw new StoreError('unavailable', `there is no store in ${folder}`, false)
  }
  // The guard asks the engine about statements in a session of its own, which takes parameters.
  const executor = await openChdb(folder, { settings: [] })
  await executor.command(`USE ${DATABASE}`)
  const guard = await SqlGuard.create(executor)
  const limited = await openChdb(folder)
  await limited.command(`USE ${DATABASE}`)
  for (const [name, value] of LIMITS) await limited.command(`SET ${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
  return {
    executor,
    run: async (sql, format) => limited.query(await guard.check(sql), format),
    async close() {
      await limited.close()
      await executor.close()
    },
  }
}
