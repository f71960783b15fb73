import { type Call, type ClauseResult, type Outcome, Score } from '@yuzhi/schemas'
import { type Executor, queryRows } from './executor.js'
import { timesOf } from './reviews.js'
import { StoreError } from './store-error.js'
import { callOf, TRANSCRIPT_COLUMNS, type TranscriptRow } from './stored-call.js'

/** A call as the store has it: its current score, reviews applied, and what reviewers said. */
export interface StoredCall {
  call: Call
  score: Score
  /** The rubric that judged it, JSON. */
  rubricBody: string
  /** The newest review of each clause that has one, under the current rubric. */
  reviews: ReadonlyMap<string, StoredReview>
}

export interface StoredReview {
  outcome: Outcome
  machine_outcome: Outcome
  reviewer: string
  note: string
}

interface FindingRow extends Pick<ClauseResult, 'points' | 'outcome' | 'reason'> {
  clause_id: string
  machine_outcome: Outcome
  evidence: string
  times: number
}

/** Throws a StoreError where there is no such call, or nothing is left of what was said in it. */
export async function readStoredCall(executor: Executor, database: string, callId: string): Promise<StoredCall> {
  const rowsOf = <Row>(sql: string): Promise<Row[]> => queryRows<Row>(executor, sql, { call: callId })
  const [transcripts, scores, findings, rubrics, reviews] = await Promise.all([
    rowsOf<TranscriptRow>(`SELECT ${TRANSCRIPT_COLUMNS} FROM ${database}.transcripts FINAL WHERE call_id = {call:String}`),
    rowsOf<Omit<Score, 'clauses'>>(
      `SELECT call_id, standard, map('id', rubric_id, 'version', rubric_version, 'hash', rubric_hash) AS rubric,
              toFloat64(score) AS score, grade, fatal, toFloat64(base) AS base
       FROM ${database}.calls WHERE call_id = {call:String}`,
    ),
    rowsOf<FindingRow>(
      `SELECT clause_id, outcome, machine_outcome, toFloat64(points) AS points, machine_reason AS reason, evidence, t.times[ordinal] AS times
       FROM ${database}.findings AS f
       GLOBAL LEFT ANY JOIN (SELECT call_id, clause.times AS times FROM ${database}.scored_calls FINAL WHERE call_id = {call:String}) AS t USING (call_id)
       WHERE call_id = {call:String} ORDER BY ordinal`,
    ),
    rowsOf<{ body: string }>(
      `SELECT body FROM ${database}.rubrics
       WHERE rubric_hash IN (SELECT rubric_hash FROM ${database}.calls WHERE call_id = {call:String}) LIMIT 1`,
    ),
    rowsOf<StoredReview & { clause_id: string }>(
      `SELECT clause_id, outcome, machine_outcome, reviewer, note FROM ${database}.reviews
       WHERE call_id = {call:String} AND rubric_hash IN (SELECT rubric_hash FROM ${database}.calls WHERE call_id = {call:String})
       ORDER BY reviewed_at, review_id`,
    ),
  ])
  if (transcripts.length === 0 || scores.length === 0 || rubrics.length === 0) throw new StoreError('unknown_call', { message: `there is no call ${callId}`, zh: `没有通话 ${callId}` }, false)
  return {
    call: callOf(transcripts[0]),
    score: Score.parse({
      ...scores[0],
      clauses: findings.map(({ clause_id: id, outcome, machine_outcome: machine, times, points, reason, evidence }) => ({
        id, outcome, points, reason, evidence: JSON.parse(evidence) as unknown, times: Math.max(1, timesOf(outcome, machine, times)),
      })),
    }),
    rubricBody: rubrics[0].body,
    reviews: new Map(reviews.map((review) => [review.clause_id, review])),
  }
}
