import { z } from 'zod'
import { Call, Role, type Turn } from './call.js'
import { Score } from './score.js'

/**
 * What the stream carries for a judged call and the store takes in: the score with all that is needed
 * to keep it and to show it, and nothing that differs when the same input is judged again.
 */
export const ScoredEvent = Score.extend({
  source: z.string().describe('Input: topic/partition/offset, or a file'),
  position: z.int().nonnegative().describe('Where a call came twice, the higher stands'),
  scored_at: z.iso.datetime({ offset: true }).describe('When the input came'),
  doubt: z.number().min(0).max(1).describe('How unsure the machine is of its least sure violation'),
  call: z.looseObject({ call_id: z.string(), started_at: z.string() }).describe('The call as it was sent, without its turns; private data masked'),
  turns: z.array(
    z.looseObject({
      role: Role,
      text: z.string(),
      start_ms: z.int().optional(),
      end_ms: z.int().optional(),
      rest: z.record(z.string(), z.unknown()).optional().describe('Further fields of the turn'),
    }),
  ),
})
export type ScoredEvent = z.infer<typeof ScoredEvent>

/** Where an input came from and when; all of it belongs to the input, so that a replay gives the same bytes. */
export interface Origin {
  source: string
  position: number
  /** ISO 8601. */
  scoredAt: string
}

export function scoredEvent({ turns, ...call }: Call, score: Score, { source, position, scoredAt }: Origin): ScoredEvent {
  return { ...score, source, position, scored_at: scoredAt, doubt: doubtOf(score), call, turns: turns.map(turnOfEvent) }
}

/** The call that an event carries. */
export function callOfEvent({ call, turns }: ScoredEvent): Call {
  return Call.parse({ ...call, turns: turns.map(({ rest, ...turn }) => ({ ...turn, ...rest })) })
}

function turnOfEvent({ role, text, start_ms: start, end_ms: end, ...rest }: Turn): ScoredEvent['turns'][number] {
  const hasRest = Object.keys(rest).length > 0
  return { role, text, ...(start === undefined ? {} : { start_ms: start }), ...(end === undefined ? {} : { end_ms: end }), ...(hasRest ? { rest } : {}) }
}

/** Of a result that does not say how sure it is. */
const USUAL_CONFIDENCE = 0.9

/** 0–1: how unsure the machine is of its least sure violation; 0 without any. */
function doubtOf({ clauses }: Score): number {
  const doubts = clauses.flatMap(({ outcome, confidence = USUAL_CONFIDENCE }) => (outcome === 'violated' ? [1 - confidence] : []))
  return Math.round(1000 * Math.max(0, ...doubts)) / 1000
}
