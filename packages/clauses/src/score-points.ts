import type { Outcome } from '@yuzhi/schemas'

/** How a clause counts; amounts are points of 100. */
export interface ClauseWeight {
  dimension: string
  /** Part of its dimension, earned when met. */
  share: number
  add: number
  deduct: number
  each: boolean
  cap: number
  /** The score is at most this once the clause is violated. */
  ceiling: number | undefined
}

export interface ClauseOutcome {
  outcome: Outcome
  times: number
}

export interface Points {
  /** 0–100, to the hundredth. */
  score: number
  base: number
  /** One for each clause; `base` plus their sum is exactly `score`. */
  points: number[]
  fatal: boolean
}

/** What a person needs to understand the points of a call. */
export interface PointsBehind {
  /** What each clause gives in this call when it is met. */
  worth: number[]
  /** What each clause gave before the bounds 0 and 100 and vetoes cut it. */
  uncut: number[]
}

/** Points are reckoned in whole hundredths, so that sums are exact. */
const FULL = 10_000

/**
 * Shares out 100 − base points over the applicable clauses: dimensions by their weights, clauses
 * within one by their shares; what is not applicable leaves the denominator. Then additions,
 * deductions, the bounds 0 and 100, and vetoes; each cut is charged to the clauses that caused it.
 */
export function sharePoints(weights: readonly ClauseWeight[], outcomes: readonly ClauseOutcome[], dimensions: ReadonlyMap<string, number>, baseOfRubric: number): Points {
  const { base, worth } = shareOut(weights, outcomes, dimensions, baseOfRubric)
  const points = weights.map((weight, i) => pointsOf(weight, outcomes[i], worth[i]))
  let total = base
  for (const value of points) total += value
  total = trim(points, total, 0, FULL)
  const ceiling = lowestCeiling(weights, outcomes)
  const fatal = ceiling !== undefined
  if (ceiling !== undefined && total > ceiling) {
    const vetoed = weights.findIndex((weight, i) => weight.ceiling !== undefined && Math.round(weight.ceiling * 100) === ceiling && outcomes[i].outcome === 'violated')
    points[vetoed] -= total - ceiling
    total = ceiling
  }
  return { score: total / 100, base: base / 100, points: points.map((value) => value / 100), fatal }
}

/** What stands behind the points that `sharePoints` gives for the same. */
export function pointsBehind(weights: readonly ClauseWeight[], outcomes: readonly ClauseOutcome[], dimensions: ReadonlyMap<string, number>, baseOfRubric: number): PointsBehind {
  const { worth } = shareOut(weights, outcomes, dimensions, baseOfRubric)
  const pointsWhen = (outcomeOf: (outcome: Outcome) => Outcome): number[] => weights.map((weight, i) => pointsOf(weight, { ...outcomes[i], outcome: outcomeOf(outcomes[i].outcome) }, worth[i]) / 100)
  return { worth: pointsWhen((outcome) => (outcome === 'not_applicable' ? outcome : 'met')), uncut: pointsWhen((outcome) => outcome) }
}

/** The base, and what each clause is worth of the rest, in hundredths. */
function shareOut(weights: readonly ClauseWeight[], outcomes: readonly ClauseOutcome[], dimensions: ReadonlyMap<string, number>, baseOfRubric: number): { base: number; worth: number[] } {
  const portions = portionsOf(weights, outcomes, dimensions)
  if (!portions.some((portion) => portion > 0)) return { base: FULL, worth: portions }
  const base = Math.round(baseOfRubric * 100)
  return { base, worth: apportion(FULL - base, portions) }
}

/** The part of the whole that each clause is worth: 0 where it does not apply. */
function portionsOf(weights: readonly ClauseWeight[], outcomes: readonly ClauseOutcome[], dimensions: ReadonlyMap<string, number>): number[] {
  const shares = new Map<string, number>()
  for (let i = 0; i < weights.length; i++) {
    const { dimension, share } = weights[i]
    if (outcomes[i].outcome !== 'not_applicable') shares.set(dimension, (shares.get(dimension) ?? 0) + share)
  }
  return weights.map(({ dimension, share }, i) => {
    const weight = dimensions.get(dimension) ?? 0
    return share > 0 && weight > 0 && outcomes[i].outcome !== 'not_applicable' ? (weight * share) / (shares.get(dimension) ?? share) : 0
  })
}

/** Divides a whole number by portions into whole numbers with that sum (largest remainder; ties to the first). */
function apportion(whole: number, portions: readonly number[]): number[] {
  let sum = 0
  for (const portion of portions) sum += portion
  const exact = portions.map((portion) => (whole * portion) / sum)
  const result = exact.map(Math.floor)
  let left = whole
  for (const value of result) left -= value
  if (left <= 0) return result
  const order = Array.from(exact.keys()).filter((i) => portions[i] > 0)
  order.sort((a, b) => exact[b] - result[b] - (exact[a] - result[a]) || a - b)
  for (const i of order.slice(0, left)) result[i]++
  return result
}

function pointsOf({ add, deduct, each, cap }: ClauseWeight, { outcome, times }: ClauseOutcome, worth: number): number {
  if (outcome === 'not_applicable') return 0
  const count = each ? times : 1
  const bounded = (amount: number): number => Math.round(Math.min(amount * count, cap) * 100)
  return outcome === 'met' ? worth + bounded(add) : 0 - bounded(deduct)
}

/** Gives what is out of bounds back to the clauses that caused it, each its part; returns the total within them. */
function trim(points: number[], total: number, lowest: number, highest: number): number {
  const excess = total > highest ? total - highest : Math.min(0, total - lowest)
  if (excess === 0) return total
  const causes = points.map((value) => Math.max(0, Math.sign(excess) * value))
  for (const [i, back] of apportion(Math.abs(excess), causes).entries()) points[i] -= Math.sign(excess) * back
  return total - excess
}

function lowestCeiling(weights: readonly ClauseWeight[], outcomes: readonly ClauseOutcome[]): number | undefined {
  let lowest: number | undefined
  for (let i = 0; i < weights.length; i++) {
    const { ceiling } = weights[i]
    if (ceiling !== undefined && outcomes[i].outcome === 'violated') lowest = Math.min(lowest ?? Infinity, Math.round(ceiling * 100))
  }
  return lowest
}
