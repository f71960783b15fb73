import type { Call, Score } from '@yuzhi/schemas'

/** A call and its score as one JSONEachRow line for `scored_calls`. */
export function scoreRow(call: Call, score: Score): string {
  const { clauses } = score
  return JSON.stringify({
    call_id: call.call_id,
    standard: score.standard,
    rubric_id: score.rubric.id,
    rubric_version: score.rubric.version,
    rubric_hash: score.rubric.hash,
    score: score.score,
    grade: score.grade,
    fatal: score.fatal,
    base: score.base,
    started_at: new Date(call.started_at).toISOString(),
    duration_ms: call.duration_ms ?? null,
    direction: call.direction ?? '',
    agent_id: call.agent?.id ?? '',
    agent_name: call.agent?.name ?? '',
    agent_team: call.agent?.team ?? '',
    customer_id: call.customer?.id ?? '',
    attributes: call.attributes ?? {},
    'clause.id': clauses.map(({ id }) => id),
    'clause.outcome': clauses.map(({ outcome }) => outcome),
    'clause.points': clauses.map(({ points }) => points),
    'clause.reason': clauses.map(({ reason }) => reason),
    'clause.evidence': clauses.map(({ evidence }) => JSON.stringify(evidence)),
  })
}

/** A call's turns as one JSONEachRow line for `transcripts`. */
export function transcriptRow({ call_id, started_at, turns }: Call): string {
  return JSON.stringify({
    call_id,
    started_at: new Date(started_at).toISOString(),
    'said.role': turns.map(({ role }) => role),
    'said.text': turns.map(({ text }) => text),
    'said.start_ms': turns.map(({ start_ms: start }) => start ?? null),
    'said.end_ms': turns.map(({ end_ms: end }) => end ?? null),
  })
}
