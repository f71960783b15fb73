import { type Executor, queryRows } from './executor.js'
import { StoreError } from './store-error.js'

/** A rubric as it is kept for ever: what decided, and by which rules. */
export interface RubricRecord {
  hash: string
  id: string
  version: string
  title: string
  clauses: readonly { id: string; title: string; veto: boolean }[]
  /** JSON: the rules as they were compiled. */
  body: string
}

const TRIES = 5
const MAX_RANK = 65_535

/** Enters a rubric, once. `at` is the time of the event, ISO 8601. */
export async function registerRubric(executor: Executor, database: string, { hash, id, version, title, clauses, body }: RubricRecord, at: string): Promise<void> {
  const [known] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.rubrics WHERE rubric_hash = {hash:String}`, { hash })
  if (known.n > 0) return
  const row = { rubric_hash: hash, rubric_id: id, rubric_version: version, title, clauses, body, registered_at: at }
  await executor.insert(`${database}.rubrics`, Buffer.from(JSON.stringify(row)), 'JSONEachRow', `rubric ${hash}`)
}

/** Rank of the newest publication of each rubric. */
export async function ranks(executor: Executor, database: string): Promise<Map<string, number>> {
  const rows = await queryRows<{ rubric_hash: string; rank: number }>(executor, `SELECT rubric_hash, rank FROM ${database}.rubric_ranks`)
  return new Map(rows.map((row) => [row.rubric_hash, row.rank]))
}

/** Puts a rubric in force over all that were before it and returns its rank. */
export async function putInForce(executor: Executor, database: string, hash: string, at: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const rank = 1 + Math.max(0, ...(await ranks(executor, database)).values())
    if (rank > MAX_RANK) throw new StoreError('failed', { message: `no more than ${MAX_RANK} publications fit into a store`, zh: `一个库最多记 ${MAX_RANK} 次生效` }, false)
    await executor.insert(`${database}.publications`, Buffer.from(JSON.stringify({ rank, rubric_hash: hash, published_at: at })), 'JSONEachRow', `publication ${rank}`)
    if ((await ranks(executor, database)).get(hash) === rank) return rank
  }
  throw new StoreError('unavailable', { message: `others publish rubrics all the time; ${hash} was not put in force`, zh: `别人一直在让别的规则生效；${hash} 没有生效` }, true)
}
