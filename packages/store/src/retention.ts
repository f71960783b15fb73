import { z } from 'zod'
import { type Executor, queryRows } from './executor.js'
import type { SchemaTarget } from './render-migration.js'

const Days = z.int().positive().nullable().describe('Days after the call; null: for ever')

/** How long what is kept. Scores outlive the words they rest on unless both are given the same time. */
export const Retention = z.strictObject({
  scored_calls: Days.default(null),
  score_history: Days.default(null),
  transcripts: Days.default(null),
  reviews: Days.default(null),
})
export type Retention = z.infer<typeof Retention>

/** Gives every table its time to live, where it has another one now. Returns the tables it changed. */
export async function applyRetention(executor: Executor, { database, cluster }: SchemaTarget, retention: Retention): Promise<string[]> {
  const changed: string[] = []
  for (const [name, days] of Object.entries(retention)) {
    const table = cluster === undefined ? name : `${name}_local`
    const [{ definition }] = await queryRows<{ definition: string }>(executor, 'SELECT create_table_query AS definition FROM system.tables WHERE database = {database:String} AND name = {table:String}', { database, table })
    const now = /TTL day \+ toIntervalDay\((\d+)\)/u.exec(definition)?.[1]
    if ((now === undefined ? null : Number(now)) === days) continue
    const onCluster = cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`
    await executor.command(`ALTER TABLE ${database}.${table}${onCluster} ${days === null ? 'REMOVE TTL' : `MODIFY TTL day + INTERVAL ${days} DAY`}`)
    changed.push(name)
  }
  return changed
}
