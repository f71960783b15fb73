import { HARD_STOP, type MatchView } from '@yuzhi/text'
import { SEPARATOR } from '../separator.js'
import { unitTable } from '../unit-table.js'

/** Speech without punctuation is read through windows of this length. */
const WINDOW = 14
const STEP = 4
/** Neighbouring clauses are read together up to this length. */
const MAX_JOINED = 26
/** Shorter clauses say too little by themselves; phrases are for them. */
const MIN_WINDOW = 4

/** Stretches of a match view, in view units; one list is filled again and again. */
export class WindowList {
  /** How many there are; what the lists hold beyond is of texts before. */
  length = 0
  readonly starts: number[] = []
  readonly ends: number[] = []
  private readonly clauseStarts: number[] = []
  private readonly clauseEnds: number[] = []

  /**
   * The stretches of an utterance that are compared with examples: every clause (punctuation, spaces
   * and turn borders divide), neighbouring clauses together, and within a long clause overlapping
   * windows. A few for every clause, so the work stays linear. Windows of one start follow each other, the shortest first.
   */
  fill(text: string, view: MatchView): void {
    const clauses = this.findClauses(text, view)
    const { clauseStarts, clauseEnds } = this
    this.length = 0
    for (let clause = 0; clause < clauses; clause++) {
      const start = clauseStarts[clause]
      const end = clauseEnds[clause]
      if (end - start >= MIN_WINDOW) this.add(start, end)
      for (let last = clause + 1; last < Math.min(clause + 3, clauses) && clauseEnds[last] - start <= MAX_JOINED; last++) this.add(start, clauseEnds[last])
      if (end - start <= WINDOW + STEP) continue
      for (let from = start; from + WINDOW < end; from += STEP) this.add(from, from + WINDOW)
      this.add(end - WINDOW, end)
    }
  }

  private add(start: number, end: number): void {
    this.starts[this.length] = start
    this.ends[this.length++] = end
  }

  /** How many there are. */
  private findClauses(text: string, { at, codes, length }: MatchView): number {
    let clauses = 0
    let start = 0
    for (let i = 1; i <= length; i++) {
      if (i < length && codes[i - 1] !== HARD_STOP && !divides(text, at[i - 1] + 1, at[i])) continue
      if (i - start > 1 || codes[start] !== HARD_STOP) {
        this.clauseStarts[clauses] = start
        this.clauseEnds[clauses++] = i
      }
      start = i
    }
    return clauses
  }
}

/** The windows of an utterance, for those who keep them. */
export function windows(text: string, view: MatchView): { start: number; end: number }[] {
  const list = new WindowList()
  list.fill(text, view)
  return Array.from({ length: list.length }, (_, window) => ({ start: list.starts[window], end: list.ends[window] }))
}

const DIVIDES = unitTable(SEPARATOR)

/** Is there punctuation or a space from one to the other, both included? */
function divides(text: string, from: number, to: number): boolean {
  for (let i = from; i <= to; i++) if (DIVIDES[text.charCodeAt(i)] === 1) return true
  return false
}
