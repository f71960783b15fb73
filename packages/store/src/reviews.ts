import { createHash } from 'node:crypto'
import type { Evidence, Outcome } from '@yuzhi/schemas'
import { type Executor, queryRows } from './executor.js'
import { StoreError } from './store-error.js'

/** What a reviewer said of one decision. */
export interface Review {
  callId: string
  clauseId: string
  /** Of what the machine decided, whatever was said of it before; carried: said of another rubric's decision, and of this one whatever follows from it. */
  verdict: 'confirm' | 'overturn' | 'carried'
  /** With overturn: what it is instead, which must not be the machine's own; absent: met where the machine saw a violation, else violated. */
  outcome?: Outcome | undefined
  /** The words that show it, where the reviewer names any. */
  evidence?: readonly Evidence[] | undefined
  note: string
  reviewer: string
  /** ISO 8601. */
  at: string
}

export interface ReckonedScore {
  score: number
  grade: string
  fatal: boolean
  base: number
  points: readonly number[]
}

/** Points of a call from its outcomes under the rubric with this body. */
export type ReckonScore = (rubricBody: string, outcomes: readonly { outcome: Outcome; times: number }[]) => ReckonedScore

export interface ReviewedCall {
  before: number
  after: ReckonedScore
  outcome: Outcome
  machineOutcome: Outcome
}

interface CallState {
  day: string
  rubric_hash: string
  score: number
  clauses: string[]
  outcomes: Outcome[]
  machine: Outcome[]
  times: number[]
}

/**
 * Appends a review. The score that follows from it and all earlier ones is reckoned by the call's own
 * rubric and goes with the event, so that views need only the newest. Nothing stored is changed.
 */
export async function review(executor: Executor, database: string, { callId, clauseId, verdict, outcome, evidence = [], note, reviewer, at }: Review, reckonScore: ReckonScore): Promise<ReviewedCall> {
  const [state] = await queryRows<CallState>(
    executor,
    `SELECT toString(day) AS day, rubric_hash, toFloat64(score) AS score, clauses, outcomes, machine, times FROM ${database}.calls
     INNER JOIN (SELECT call_id, clause.outcome AS machine, clause.times AS times FROM ${database}.scored_calls FINAL WHERE call_id = {call:String}) AS m USING (call_id)
     WHERE call_id = {call:String}`,
    { call: callId },
  )
  if ((state as CallState | undefined) === undefined) throw new StoreError('unknown_call', { message: `there is no call ${callId}`, zh: `没有通话 ${callId}` }, false)
  const index = state.clauses.indexOf(clauseId)
  if (index < 0) throw new StoreError('unknown_clause', { message: `call ${callId} was not judged by a clause ${clauseId}; its clauses: ${state.clauses.join(', ')}`, zh: `通话 ${callId} 没有用条款 ${clauseId} 判过；它的条款：${state.clauses.join('、')}` }, false)
  const machine = state.machine[index]
  if (verdict === 'overturn' && outcome === machine) throw new StoreError('same_outcome', { message: `the machine decided ${machine} itself: confirm it`, zh: `机器自己判的就是 ${machine}：请用确认` }, false)
  const decided = verdict === 'confirm' ? machine : (outcome ?? (machine === 'violated' ? 'met' : 'violated'))
  const outcomes = state.outcomes.map((known, i) => (i === index ? decided : known))
  const after = reckonScore(await bodyOf(executor, database, state.rubric_hash), outcomes.map((known, i) => ({ outcome: known, times: timesOf(known, state.machine[i], state.times[i]) })))
  const row = {
    review_id: idOf([callId, clauseId, decided, reviewer, at, note]),
    day: state.day, call_id: callId, clause_id: clauseId, verdict: decided === machine ? 'confirm' : 'overturn', outcome: decided, machine_outcome: machine, note, reviewer, reviewed_at: at, evidence: evidence.length === 0 ? '' : JSON.stringify(evidence),
    rubric_hash: state.rubric_hash, carried: verdict === 'carried', score: after.score, grade: after.grade, fatal: after.fatal, base: after.base, 'clause.outcome': outcomes, 'clause.points': after.points,
  }
  await executor.insert(`${database}.reviews`, Buffer.from(JSON.stringify(row)), 'JSONEachRow', `review of ${callId} ${clauseId}`)
  return { before: state.score, after, outcome: decided, machineOutcome: machine }
}

/**
 * The words as evidence of a stored call, once for each turn that holds them; the whole turn where only a turn is named.
 * `turn` counts from 0. Throws a StoreError where there is no such call, or nothing is left of what was said in it.
 */
export async function findWords(executor: Executor, database: string, callId: string, words: string | undefined, turn: number | undefined): Promise<Evidence[]> {
  const turns = await queryRows<{ turn: number; text: string }>(executor, `SELECT turn, text FROM ${database}.utterances WHERE call_id = {call:String} ORDER BY turn`, { call: callId })
  if (turns.length === 0) throw new StoreError('unknown_call', { message: `there is no call ${callId}, or nothing is left of what was said in it`, zh: `没有通话 ${callId}，或它的原话已过保存期` }, false)
  return turns.flatMap(({ turn: at, text }) => {
    const found = words ?? text
    const start = text.indexOf(found)
    return (turn !== undefined && at !== turn) || start < 0 ? [] : [{ turn: at, start, end: start + found.length, text: found, kind: 'said' as const }]
  })
}

/** What the machine did not see, happened once. */
export function timesOf(outcome: Outcome, machine: Outcome, times: number): number {
  if (outcome === 'not_applicable') return 0
  return outcome === machine ? Math.max(1, times) : 1
}

/** The same review has the same id: sent twice, it counts once. */
function idOf(parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** The content of a rubric that calls were judged by. */
export async function bodyOf(executor: Executor, database: string, hash: string): Promise<string> {
  const [rubric] = await queryRows<{ body: string }>(executor, `SELECT body FROM ${database}.rubrics WHERE rubric_hash = {hash:String} LIMIT 1`, { hash })
  if ((rubric as { body: string } | undefined) === undefined) throw new StoreError('unknown_rubric', { message: `the store has no rubric ${hash}`, zh: `库中没有规则 ${hash}` }, false)
  return rubric.body
}
