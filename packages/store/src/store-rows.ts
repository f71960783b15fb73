import { type Call, Call as CallSchema, type Score, type Turn } from '@yuzhi/schemas'

/** A call that was judged, and where it came from. */
export interface ScoredCall {
  call: Call
  score: Score
  /** `topic/partition/offset` or the name of a file. */
  source?: string
  /** Of the input in its source: where a call came twice, the higher stands. */
  position?: number
}

/** When a batch was judged: ISO 8601. It belongs to the event, so that a replay stores the same bytes. */
export type ScoredAt = string

/** A line for `incoming_scores`. `rank` is that of the rubric's newest publication, 0 where it is not in force. */
export function scoreRow({ call, score, source = '', position = 0 }: ScoredCall, scoredAt: ScoredAt, rank: number): string {
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
    'clause.times': clauses.map(({ outcome, times = 1 }) => (outcome === 'not_applicable' ? 0 : times)),
    'clause.points': clauses.map(({ points }) => points),
    'clause.reason': clauses.map(({ reason }) => reason),
    'clause.evidence': clauses.map(({ evidence }) => JSON.stringify(evidence)),
    doubt: doubtOf(score),
    source,
    scored_at: scoredAt,
    rank,
    position,
  })
}

/** A line for `transcripts`: all of the call, so that it can be judged again. */
export function transcriptRow({ call, position = 0 }: ScoredCall): string {
  const { turns, ...rest } = call
  return JSON.stringify({
    call_id: call.call_id,
    started_at: new Date(call.started_at).toISOString(),
    customer_id: call.customer?.id ?? '',
    rest: JSON.stringify(rest),
    'said.role': turns.map(({ role }) => role),
    'said.text': turns.map(({ text }) => text),
    'said.start_ms': turns.map(({ start_ms: start }) => start ?? null),
    'said.end_ms': turns.map(({ end_ms: end }) => end ?? null),
    'said.rest': turns.map(restOfTurn),
    position,
  })
}

const TURN_COLUMNS = new Set(['role', 'text', 'start_ms', 'end_ms'])

function restOfTurn(turn: Turn): string {
  const rest = Object.entries(turn).filter(([name]) => !TURN_COLUMNS.has(name))
  return rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest))
}

/** Columns of `transcripts` that `callOf` reads. */
export const TRANSCRIPT_COLUMNS = 'rest, said.role AS roles, said.text AS texts, said.start_ms AS starts, said.end_ms AS ends, said.rest AS rests'

export interface TranscriptRow {
  rest: string
  roles: string[]
  texts: string[]
  starts: (number | null)[]
  ends: (number | null)[]
  rests: string[]
}

/** The call that was stored. */
export function callOf({ rest, roles, texts, starts, ends, rests }: TranscriptRow): Call {
  const turns = roles.map((role, i) => ({
    role,
    text: texts[i],
    ...(starts[i] === null ? {} : { start_ms: starts[i] }),
    ...(ends[i] === null ? {} : { end_ms: ends[i] }),
    ...(rests[i] === '' ? {} : (JSON.parse(rests[i]) as object)),
  }))
  return CallSchema.parse({ ...(JSON.parse(rest) as object), turns })
}

/** How unsure a violation is that rests on nothing firmer, by what recognised the words. */
const DOUBT: Readonly<Record<string, number>> = { similar: 0.6, sound: 0.5 }
/** What was not heard may have been said otherwise. */
const DOUBT_OF_MISSING = 0.4
const LEAST_DOUBT = 0.1

/**
 * 0–1: how unsure the machine is of its least sure violation; where a clause carries its own
 * `confidence`, that decides. A call without violations is as doubtful as a firm one.
 */
export function doubtOf({ clauses }: Score): number {
  let most = 0
  for (const { outcome, evidence, confidence } of clauses) {
    if (typeof confidence === 'number') most = Math.max(most, 1 - confidence)
    else if (outcome === 'violated') most = Math.max(most, doubtOfEvidence(evidence))
  }
  return Math.round(most * 1000) / 1000
}

function doubtOfEvidence(evidence: Score['clauses'][number]['evidence']): number {
  const decisive = evidence.filter(({ kind }) => kind !== 'situation')
  if (decisive.length === 0 || decisive.every(({ kind }) => kind === 'due')) return DOUBT_OF_MISSING
  return Math.min(...decisive.map(({ how = '' }) => DOUBT[how] ?? LEAST_DOUBT))
}
