import type { Role } from '@yuzhi/schemas'
import { z } from 'zod'
import type { AnalysedCall } from './analysed-call.js'
import type { Occurrence } from './occurrence.js'

const Reach = z.strictObject({
  turns: z.int().positive().optional().describe('How many utterances of the speaker in question'),
  seconds: z.number().positive().optional(),
})

/**
 * Where something counts. `opening`/`closing` count from the ends of the call, `after`/`before`/
 * `around` from another occurrence, `same` is the same utterance. A bound in seconds is ignored in
 * calls without times.
 */
export const Place = z.strictObject({
  opening: Reach.optional(),
  closing: Reach.optional(),
  after: Reach.optional(),
  before: Reach.optional(),
  around: Reach.optional(),
  same: z.literal(true).optional(),
})
export type Place = z.infer<typeof Place>
type Reach = z.infer<typeof Reach>

/** Is `found`, said by `role`, in the place that is measured from `reference`? */
export function isInPlace(call: AnalysedCall, place: Place, found: Occurrence, role: Role, reference: Occurrence | undefined): boolean {
  if (place.opening !== undefined && !isNearStart(call, place.opening, found, role)) return false
  if (place.closing !== undefined && !isNearEnd(call, place.closing, found, role)) return false
  if (reference === undefined || reference.utterance < 0 || found.utterance < 0) return true
  if (place.same === true && found.utterance !== reference.utterance) return false
  if (place.after !== undefined && !follows(call, place.after, reference, found, role)) return false
  if (place.before !== undefined && !precedes(call, place.before, reference, found, role)) return false
  if (place.around !== undefined) {
    return follows(call, place.around, reference, found, role) || precedes(call, place.around, reference, found, role) || overlap(reference, found)
  }
  return true
}

/**
 * The first `limit` of `occurrences` (in order) that are in the place. After or before a reference
 * the search starts there and ends where the reach does, so that long calls stay linear.
 */
export function findInPlace(call: AnalysedCall, place: Place, occurrences: readonly Occurrence[], reference: Occurrence | undefined, limit: number): Occurrence[] {
  // What holds for the call as a whole is everywhere.
  if (occurrences.length > 0 && occurrences[0].utterance < 0) return occurrences.slice(0, limit)
  const found: Occurrence[] = []
  const isIn = (candidate: Occurrence): boolean => isInPlace(call, place, candidate, roleOf(call, candidate), reference)
  const isBounded = reference !== undefined && reference.utterance >= 0
  if (isBounded && place.before !== undefined) {
    const last = firstAtOrAfter(occurrences, reference.utterance + 1) - 1
    for (let i = last; i >= 0 && found.length < limit; i--) {
      if (isIn(occurrences[i])) found.unshift(occurrences[i])
      else if (occurrences[i].utterance < reference.utterance) break
    }
    return found
  }
  const first = isBounded && (place.after !== undefined || place.same === true) ? firstAtOrAfter(occurrences, reference.utterance) : 0
  for (let i = first; i < occurrences.length && found.length < limit; i++) {
    if (isIn(occurrences[i])) found.push(occurrences[i])
    else if (first > 0 && isBounded && occurrences[i].utterance > reference.utterance) break
  }
  return found
}

function firstAtOrAfter(occurrences: readonly Occurrence[], utterance: number): number {
  let low = 0
  let high = occurrences.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (occurrences[middle].utterance < utterance) low = middle + 1
    else high = middle
  }
  return low
}

/** Who said it; what holds for the call as a whole counts as the agent's. */
export function roleOf({ utterances }: AnalysedCall, { utterance }: Occurrence): Role {
  return utterance < 0 ? 'agent' : utterances[utterance].role
}

export function overlap(a: Occurrence, b: Occurrence): boolean {
  return a.utterance === b.utterance && a.from < b.to && b.from < a.to
}

function follows(call: AnalysedCall, reach: Reach, reference: Occurrence, found: Occurrence, role: Role): boolean {
  if (found.utterance < reference.utterance) return false
  if (found.utterance === reference.utterance) return found.from >= reference.to
  return isWithin(call, reach, reference, found, role)
}

function precedes(call: AnalysedCall, reach: Reach, reference: Occurrence, found: Occurrence, role: Role): boolean {
  if (found.utterance > reference.utterance) return false
  if (found.utterance === reference.utterance) return found.to <= reference.from
  return isWithin(call, reach, found, reference, role)
}

function isWithin(call: AnalysedCall, reach: Reach, earlier: Occurrence, later: Occurrence, role: Role): boolean {
  const { turns, seconds } = reach
  const ordinals = call.ordinal[role]
  if (turns !== undefined) {
    const between = ordinals[later.utterance] - ordinals[earlier.utterance]
    const counted = call.utterances[later.utterance].role === role ? between : between + 1
    if (counted > turns) return false
  }
  if (seconds === undefined) return true
  const end = call.utterances[earlier.utterance].endMs
  const start = call.utterances[later.utterance].startMs
  return end === undefined || start === undefined || start - end <= seconds * 1000
}

function isNearStart(call: AnalysedCall, reach: Reach, found: Occurrence, role: Role): boolean {
  if (found.utterance < 0) return true
  if (reach.turns !== undefined && call.ordinal[role][found.utterance] > reach.turns) return false
  const start = call.utterances[found.utterance].startMs
  return reach.seconds === undefined || start === undefined || start <= reach.seconds * 1000
}

function isNearEnd(call: AnalysedCall, reach: Reach, found: Occurrence, role: Role): boolean {
  if (found.utterance < 0) return true
  const ordinals = call.ordinal[role]
  if (reach.turns !== undefined && ordinals[ordinals.length - 1] - ordinals[found.utterance] >= reach.turns) return false
  const end = call.utterances[found.utterance].endMs
  const last = call.utterances[call.utterances.length - 1].endMs
  return reach.seconds === undefined || end === undefined || last === undefined || last - end <= reach.seconds * 1000
}
