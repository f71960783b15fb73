import { z } from 'zod'

export const Outcome = z.enum(['met', 'violated', 'not_applicable'])
export type Outcome = z.infer<typeof Outcome>

/** `turn` indexes the call's turns; `start`/`end` are UTF-16 offsets into that turn's original text. */
export const Evidence = z.looseObject({
  turn: z.int().nonnegative(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  text: z.string().describe('turn.text.slice(start, end)'),
  kind: z.enum(['said', 'situation', 'due']).optional().describe(
    'said: the words that decided; situation: what made the clause apply; due: where something was missing',
  ),
  how: z.string().optional().describe('What recognised it: phrase, sound, regex, similar, time, …'),
})
export type Evidence = z.infer<typeof Evidence>

export const ClauseResult = z.looseObject({
  id: z.string(),
  outcome: Outcome,
  points: z.number().describe('What this clause adds to or takes from the score'),
  evidence: z.array(Evidence),
  times: z.int().positive().optional().describe('How often it was met or violated; absent: once'),
  confidence: z.number().min(0).max(1).optional().describe('How often decisions made on such grounds agree with a reader; 0–1'),
  reason: z.string().describe('One sentence in Chinese that a supervisor can read to the agent'),
})
export type ClauseResult = z.infer<typeof ClauseResult>

export const RubricId = z.looseObject({ id: z.string(), version: z.string(), hash: z.string() })
export type RubricId = z.infer<typeof RubricId>

/** A scored call. `base` plus the points of all clauses is exactly `score`. */
export const Score = z.looseObject({
  call_id: z.string(),
  standard: z.string(),
  rubric: RubricId,
  score: z.number().min(0).max(100),
  grade: z.string(),
  fatal: z.boolean(),
  base: z.number().describe('Points that the call has before any clause is looked at; 0 unless the rubric sets it'),
  clauses: z.array(ClauseResult),
})
export type Score = z.infer<typeof Score>
