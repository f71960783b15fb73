import { type Call, type ClauseResult, type Outcome, Score } from '@yuzhi/schemas'
import { type Executor, queryRows } from './executor.js'
import { StoreError } from './store-error.js'
import { callOf, TRANSCRIPT_COLUMNS, type TranscriptRow } from './stored-call.js'

/** A call as the store has it: its current score, reviews applied, and what reviewers changed. */
export interface StoredCall {
  call: Call
  score: Score
  /** Titles of the clauses, by their ids. */
  titles: ReadonlyMap<string, string>
  /** What the machine had decided where a reviewer said otherwise, by clause. */
  overturned: ReadonlyMap<string, Outcome>
}

interface FindingRow extends Pick<ClauseResult, 'points' | 'outcome' | 'reason'> {
  clause_id: string
  machine_outcome: Outcome
  evidence: string
}

/** Throws a StoreError where there is no such call, or nothing is left of what was said in it. */
export async function readStoredCall(executor: Executor, database: string, callId: string): Promise<StoredCall> {
  const rowsOf = <Row>(sql: string): Promise<Row[]> => queryRows<Row>(executor, sql, { call: callId })
  const [transcripts, scores, findings, titles] = await Promise.all([
    rowsOf<TranscriptRow>(`SELECT ${TRANSCRIPT_COLUMNS} FROM ${database}.transcripts FINAL WHERE call_id = {call:String}`),
    rowsOf<Omit<Score, 'clauses'>>(
      `SELECT call_id, standard, map('id', rubric_id, 'version', rubric_version, 'hash', rubric_hash) AS rubric,
              toFloat64(score) AS score, grade, fatal, toFloat64(base) AS base
       FROM ${database}.calls WHERE call_id = {call:String}`,
    ),
    rowsOf<FindingRow>(
      `SELECT clause_id, outcome, machine_outcome, toFloat64(points) AS points, reason, evidence
       FROM ${database}.findings WHERE call_id = {call:String} ORDER BY ordinal`,
    ),
    rowsOf<{ id: string; title: string }>(
      `SELECT DISTINCT clause.1 AS id, clause.2 AS title FROM ${database}.rubrics ARRAY JOIN clauses AS clause
       WHERE rubric_hash IN (SELECT rubric_hash FROM ${database}.calls WHERE call_id = {call:String})`,
    ),
  ])
  if (transcripts.length === 0 || scores.length === 0) throw new StoreError('unknown_call', `there is no call ${callId}`, false)
  return {
    call: callOf(transcripts[0]),
    score: Score.parse({
      ...scores[0],
      clauses: findings.map(({ clause_id: id, outcome, points, reason, evidence }) => ({ id, outcome, points, reason, evidence: JSON.parse(evidence) as unknown })),
    }),
    titles: new Map(titles.map(({ id, title }) => [id, title])),
    overturned: new Map(findings.flatMap(({ clause_id: id, outcome, machine_outcome: machine }) => (outcome === machine ? [] : [[id, machine] as const]))),
  }
}
