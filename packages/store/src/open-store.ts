import { createHash } from 'node:crypto'
import { maskScored, type PrivacyOptions } from '@yuzhi/privacy'
import { type Executor, queryRows } from './executor.js'
import { migrate } from './migrate.js'
import { putInForce, ranks, registerRubric, type RubricRecord } from './publications.js'
import { databaseOf, openExecutor, type StorePlace } from './store-place.js'
import { applyRetention, type Retention } from './retention.js'
import { type ScoredAt, type ScoredCall, scoreRow, transcriptRow } from './store-rows.js'
import { StoreError } from './store-error.js'

export interface StoreOptions {
  /** What is masked before it is stored; undefined: everything private. */
  privacy?: PrivacyOptions | undefined
  /** How long what is kept in an embedded store; on a server `yuzhi migrate` sees to it. */
  retention?: Retention | undefined
}

export interface Store {
  executor: Executor
  database: string
  /** Enters the rubric and puts it in force, unless it is in force already. Calls are stored under rubrics that were entered. */
  register: (rubric: RubricRecord, at: ScoredAt) => Promise<void>
  /**
   * Returns once all tables have acknowledged the batch. Private data is masked; calls that were
   * forgotten are left out. Storing a call again changes nothing.
   */
  write: (batch: readonly ScoredCall[], scoredAt: ScoredAt) => Promise<void>
  /** Stores results beside the current ones, under a rubric that may not be in force. */
  writeHistory: (batch: readonly ScoredCall[], scoredAt: ScoredAt) => Promise<void>
  close: () => Promise<void>
}

/** Rows carry times in ISO 8601. */
const READ_DATES = { date_time_input_format: 'best_effort' }

/** Opens the store for writing. An embedded one is brought up to date; a server's schema is `yuzhi migrate`'s. */
export async function openStore(place: StorePlace, { privacy, retention }: StoreOptions = {}): Promise<Store> {
  const executor = await openExecutor(place, READ_DATES)
  const database = databaseOf(place)
  if ('dir' in place) {
    await migrate(executor, { database })
    if (retention !== undefined) await applyRetention(executor, { database }, retention)
  }
  const rankOf = await ranks(executor, database)
  const forgotten = await forgottenCalls(executor, database)
  const prepare = (batch: readonly ScoredCall[]): ScoredCall[] =>
    batch.filter(({ call }) => !forgotten.has(callHash(call.call_id))).map((scored) => ({ ...scored, ...maskScored(scored.call, scored.score, privacy) }))
  const insert = async (table: string, lines: readonly string[], token: string): Promise<void> => {
    if (lines.length > 0) await executor.insert(`${database}.${table}`, Buffer.from(lines.join('\n')), 'JSONEachRow', token)
  }
  const rank = ({ score }: ScoredCall): number => {
    const known = rankOf.get(score.rubric.hash)
    if (known === undefined) throw new StoreError('failed', `the rubric ${score.rubric.id} ${score.rubric.version} (${score.rubric.hash}) was not registered`, false)
    return known
  }
  return {
    executor,
    database,
    async register(rubric, at) {
      await registerRubric(executor, database, rubric, at)
      if (!rankOf.has(rubric.hash)) rankOf.set(rubric.hash, await putInForce(executor, database, rubric.hash, at))
    },
    async write(batch, scoredAt) {
      const calls = prepare(batch)
      if (calls.length === 0) return
      const token = tokenOf(calls)
      const ranks = calls.map(rank)
      const words = insert('transcripts', calls.map(transcriptRow), token)
      // Made while the engine takes the words in; the score goes last, so that it is never there without them.
      const rows = calls.map((scored, i) => scoreRow(scored, scoredAt, ranks[i]))
      await words
      await insert('incoming_scores', rows, token)
    },
    async writeHistory(batch, scoredAt) {
      const calls = prepare(batch)
      if (calls.length > 0) await insert('incoming_scores', calls.map((scored) => scoreRow(scored, scoredAt, 0)), tokenOf(calls))
    },
    close: executor.close,
  }
}

function tokenOf(batch: readonly ScoredCall[]): string {
  return `${batch[0].call.call_id} and ${batch.length - 1} more`
}

/** What is kept of the id of a forgotten call. */
export function callHash(callId: string): string {
  return createHash('sha256').update(callId).digest('hex')
}

async function forgottenCalls(executor: Executor, database: string): Promise<Set<string>> {
  const rows = await queryRows<{ call_hash: string }>(executor, `SELECT call_hash FROM ${database}.forgotten`)
  return new Set(rows.map((row) => row.call_hash))
}
