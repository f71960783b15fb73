import { type Executor, literal, queryRows } from './executor.js'
import { callHash } from './open-store.js'

/** Tables that hold data of calls; on a cluster the rows are in their `_local` parts. */
const TABLES = ['scored_calls', 'score_history', 'transcripts', 'reviews'] as const

export interface Forgotten {
  /** Whose hashes are kept from now on. */
  calls: string[]
  /** Of each table: rows that were there, and rows that are left, the proof. */
  tables: { table: string; before: number; left: number }[]
}

/**
 * Removes all data of a call, or of all calls of a customer, from every table, and counts what is
 * left. The calls' hashes stay, so that a replay does not bring them back; that of a call that was
 * asked for by its id stays where the store never held it, too. `cluster`: its name.
 */
export async function forget(executor: Executor, database: string, who: { call: string } | { customer: string }, at: string, cluster?: string): Promise<Forgotten> {
  const calls = 'call' in who ? [who.call] : await callsOf(executor, database, who.customer)
  if (calls.length === 0) return { calls, tables: [] }
  const rows = calls.map((call) => JSON.stringify({ call_hash: callHash(call), forgotten_at: at }))
  await executor.insert(`${database}.forgotten`, Buffer.from(rows.join('\n')), 'JSONEachRow', `forget ${calls.length}`)
  const tables: Forgotten['tables'] = []
  for (const table of TABLES) {
    const count = async (): Promise<number> => {
      const [{ n }] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.${table} WHERE has(${list(calls)}, call_id)`)
      return n
    }
    const before = await count()
    // A mutation takes seconds, also where there is nothing to rewrite.
    if (before === 0) {
      tables.push({ table, before, left: 0 })
      continue
    }
    const own = cluster === undefined ? `${database}.${table}` : `${database}.${table}_local ON CLUSTER '${cluster}'`
    // 2: returns once all replicas have rewritten their parts.
    await executor.command(`ALTER TABLE ${own} DELETE WHERE has(${list(calls)}, call_id) SETTINGS mutations_sync = 2`)
    tables.push({ table, before, left: await count() })
  }
  return { calls, tables }
}

async function callsOf(executor: Executor, database: string, customer: string): Promise<string[]> {
  const rows = await queryRows<{ call_id: string }>(
    executor,
    `SELECT DISTINCT call_id FROM (
       SELECT call_id FROM ${database}.scored_calls WHERE customer_id = {customer:String}
       UNION ALL SELECT call_id FROM ${database}.score_history WHERE customer_id = {customer:String}
       UNION ALL SELECT call_id FROM ${database}.transcripts WHERE customer_id = {customer:String}
     ) ORDER BY call_id`,
    { customer },
  )
  return rows.map((row) => row.call_id)
}

/** Mutations take no parameters. */
function list(calls: readonly string[]): string {
  return `[${calls.map(literal).join(', ')}]`
}
