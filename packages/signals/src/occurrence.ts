/** What decides whether the words count; a signal says which of these it accepts. */
export const MARKS = ['negated', 'quoted', 'question', 'condition', 'third_person'] as const
export type Mark = (typeof MARKS)[number]

/** Marks as bits, in the order of MARKS. */
export function markBit(mark: Mark): number {
  return 1 << MARKS.indexOf(mark)
}

/** A value that the words stand for; the unit is part of the type. */
export type EntityValue =
  | { type: 'amount'; yuan: number }
  | { type: 'date'; day: string }
  | { type: 'time'; minutes: number }
  | { type: 'duration'; seconds: number }
  | { type: 'number'; value: number }
  | { type: 'phone'; digits: string }
  | { type: 'name'; name: string }

export type EntityType = EntityValue['type']

/**
 * A signal seen in a call. `utterance` is −1 where it holds for the call as a whole (metadata);
 * `from`/`to` are offsets in the utterance's normalised text.
 */
export interface Occurrence {
  utterance: number
  from: number
  to: number
  /** Which detector saw it; `sound` is a phrase that only sounds like its pattern. */
  how: 'phrase' | 'sound' | 'regex' | 'similar' | 'time' | 'entity' | 'repetition' | 'metadata'
  marks: number
  /** Of the recogniser, 0–1; 1 where it gave none. */
  confidence: number
  /** The rule's own words for it: the phrase it matched, a measured value. */
  detail: string
  /** similar: distance above the threshold, ≥ 0. */
  margin?: number
  value?: EntityValue
  /** Further spans that belong to it (a sequence, the other side of a comparison). */
  parts?: readonly Occurrence[]
}

export function inOrder(a: Occurrence, b: Occurrence): number {
  return a.utterance - b.utterance || a.from - b.from || b.to - a.to
}
