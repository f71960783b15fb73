/** The share of scores whose tail is fitted. */
const TAIL_SHARE = 0.02
const MIN_TAIL = 20

/**
 * The score that one background utterance in `1 / rate` reaches. Backgrounds are smaller than that,
 * so the tail above the 98th percentile is taken as exponential and read further out (peaks over
 * threshold, Pickands 1975); one mislabelled utterance then moves little.
 */
export function tailThreshold(scores: readonly number[], rate: number): number {
  const sorted = [...scores].sort((a, b) => b - a)
  const tail = Math.min(sorted.length - 1, Math.max(MIN_TAIL, Math.round(sorted.length * TAIL_SHARE)))
  if (tail < 1) return 0
  const foot = sorted[tail]
  let excess = 0
  for (let i = 0; i < tail; i++) excess += sorted[i] - foot
  return foot + (excess / tail) * Math.log(tail / (sorted.length * rate))
}
