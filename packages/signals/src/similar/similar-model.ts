import type { Utterance } from '../analysed-call.js'
import type { NgramIndex } from './ngram-index.js'
import type { Trained } from './trained-cache.js'
import { type Window, windows } from './windows.js'

/** The best window of an utterance for a signal; offsets are of the utterance's text. */
export interface SimilarHit {
  from: number
  to: number
  /** Distance above the signal's threshold, ≥ 0. */
  margin: number
}

/**
 * Linear models of many signals over the same grams, evaluated together: running sums over the
 * utterance give the score of any window in one subtraction a signal.
 */
export class SimilarModel {
  /** Weight × idf, a row of `signals.length` for every gram. */
  private readonly rows: Float32Array
  private readonly squares: Float32Array
  /** Grams that no example and no background has weigh nothing, but make a text less like any of them. */
  private readonly unseenSquare: number
  private grams = new Int32Array(0)
  private sums = new Float64Array(0)
  private norms = new Float64Array(0)

  constructor(
    readonly signals: readonly string[],
    private readonly index: NgramIndex,
    idf: Float32Array,
    private readonly trained: readonly Trained[],
  ) {
    const width = signals.length
    this.rows = new Float32Array(index.size * width)
    for (const [signal, { weights }] of trained.entries()) {
      for (let gram = 0; gram < index.size; gram++) this.rows[gram * width + signal] = weights[gram] * idf[gram]
    }
    this.squares = idf.map((value) => value * value)
    this.unseenSquare = this.squares.reduce((highest, square) => Math.max(highest, square), 0)
  }

  get thresholds(): readonly number[] {
    return this.trained.map(({ threshold }) => threshold)
  }

  /**
   * Calls `found(signal, hit)` for every signal that some window of the utterance reaches, at most
   * once for each run of windows that overlap. `all` reports below the threshold too.
   */
  match({ text, view }: Utterance, found: (signal: number, hit: SimilarHit) => void, all = false): void {
    const { length, at } = view
    if (length === 0) return
    this.accumulate(view.codes, length)
    const stretches = windows(text, view)
    for (let signal = 0; signal < this.signals.length; signal++) {
      let best: Window | undefined
      let bestScore = all ? -Infinity : 0
      for (const window of stretches) {
        const score = this.score(window, signal)
        if (best !== undefined && window.start >= best.end) {
          found(signal, { from: at[best.start], to: at[best.end - 1] + 1, margin: bestScore })
          best = undefined
          bestScore = all ? -Infinity : 0
        }
        if (score >= bestScore) {
          best = window
          bestScore = score
        }
      }
      if (best !== undefined) found(signal, { from: at[best.start], to: at[best.end - 1] + 1, margin: bestScore })
    }
  }

  /** Score above the threshold of one window. */
  private score({ start, end }: Window, signal: number): number {
    const width = this.signals.length
    const { weights, threshold } = this.trained[signal]
    const bias = weights[weights.length - 1]
    const { sums, norms } = this
    const lastBigram = end - 1
    const lastTrigram = Math.max(start, end - 2)
    const layer = this.layer
    const sum =
      sums[end * width + signal] - sums[start * width + signal] +
      sums[layer * width + lastBigram * width + signal] - sums[layer * width + start * width + signal] +
      sums[2 * layer * width + lastTrigram * width + signal] - sums[2 * layer * width + start * width + signal]
    const square =
      norms[end] - norms[start] + norms[layer + lastBigram] - norms[layer + start] + norms[2 * layer + lastTrigram] - norms[2 * layer + start]
    return (square <= 0 ? 0 : sum / Math.sqrt(square)) + bias - threshold
  }

  private layer = 0

  /** Running sums of row values and squared norms for 1-, 2- and 3-grams, each in its layer. */
  private accumulate(codes: Uint16Array, length: number): void {
    const width = this.signals.length
    this.layer = length + 1
    if (this.grams.length < length * 3) {
      this.grams = new Int32Array(length * 6)
      this.norms = new Float64Array((length * 2 + 1) * 3)
      this.sums = new Float64Array((length * 2 + 1) * 3 * width)
    }
    const { grams, sums, norms, rows, squares } = this
    this.index.read(codes, length, grams)
    for (let order = 0; order < 3; order++) {
      const offset = order * this.layer
      sums.fill(0, offset * width, (offset + 1) * width)
      norms[offset] = 0
      for (let i = 0; i < length; i++) {
        const gram = grams[i * 3 + order]
        const from = (offset + i) * width
        const to = from + width
        norms[offset + i + 1] = norms[offset + i] + (gram < 0 ? this.unseenSquare : squares[gram])
        if (gram < 0) sums.copyWithin(to, from, to)
        else for (let s = 0, row = gram * width; s < width; s++) sums[to + s] = sums[from + s] + rows[row + s]
      }
    }
  }
}
