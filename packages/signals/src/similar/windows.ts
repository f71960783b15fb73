import { HARD_STOP, type MatchView } from '@yuzhi/text'
import { SEPARATOR } from '../separator.js'

/** A stretch of a match view, in view units. */
export interface Window {
  start: number
  end: number
}

/** Speech without punctuation is read through windows of this length. */
const WINDOW = 14
const STEP = 4
/** Neighbouring clauses are read together up to this length. */
const MAX_JOINED = 26
/** Shorter clauses say too little by themselves; phrases are for them. */
const MIN_WINDOW = 4

/**
 * The stretches of an utterance that are compared with examples: every clause (punctuation, spaces
 * and turn borders divide), neighbouring clauses together, and within a long clause overlapping
 * windows. A few for every clause, so the work stays linear. Windows of one start follow each other, the shortest first.
 */
export function windows(text: string, view: MatchView): Window[] {
  const clauses = clausesOf(text, view)
  const result: Window[] = []
  for (const [index, clause] of clauses.entries()) {
    if (clause.end - clause.start >= MIN_WINDOW) result.push(clause)
    for (let last = index + 1; last < Math.min(index + 3, clauses.length); last++) {
      if (clauses[last].end - clause.start > MAX_JOINED) break
      result.push({ start: clause.start, end: clauses[last].end })
    }
    if (clause.end - clause.start > WINDOW + STEP) {
      for (let start = clause.start; start + WINDOW < clause.end; start += STEP) result.push({ start, end: start + WINDOW })
      result.push({ start: clause.end - WINDOW, end: clause.end })
    }
  }
  return result
}

function clausesOf(text: string, { at, codes, length }: MatchView): Window[] {
  const clauses: Window[] = []
  let start = 0
  for (let i = 1; i <= length; i++) {
    if (i < length && codes[i - 1] !== HARD_STOP && !divides(text, at[i - 1] + 1, at[i])) continue
    if (i - start > 1 || codes[start] !== HARD_STOP) clauses.push({ start, end: i })
    start = i
  }
  return clauses
}

const DIVIDES = markDividers()

function markDividers(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0; code < table.length; code++) if (SEPARATOR.test(String.fromCharCode(code))) table[code] = 1
  return table
}

/** Is there punctuation or a space from one to the other, both included? */
function divides(text: string, from: number, to: number): boolean {
  for (let i = from; i <= to; i++) if (DIVIDES[text.charCodeAt(i)] === 1) return true
  return false
}
