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

/** A weight this small against a score of about 1 decides nothing, even twenty times over. */
const NEGLIGIBLE = 0.01
/** Weights are kept as whole numbers of this many parts, packed with the number of their signal. */
const SCALE = 1 << 16
const SIGNAL_BITS = 8
const MAX_WEIGHT = (1 << (31 - SIGNAL_BITS)) / SCALE - 1

/**
 * Linear models of many signals over the same grams, evaluated together. For each gram only the
 * weights that matter are kept, so that all models stay in the processor's cache.
 */
export class SimilarModel {
  /** Weights of gram `g`, packed: `packed[starts[g]]` up to `packed[starts[g + 1]]`. */
  private readonly starts: Int32Array
  private readonly packed: Int32Array
  private readonly squares: Float32Array
  /** Grams that no example and no background has weigh nothing, but make a text less like any of them. */
  private readonly unseenSquare: number
  private grams = new Int32Array(0)
  private square = 0
  private readonly sums: Int32Array
  /** The sum of a signal reaches its threshold where it is this times the window's norm, or more. */
  private readonly limits: Float64Array
  private readonly bestScores: Float64Array

  constructor(
    readonly signals: readonly string[],
    private readonly index: NgramIndex,
    idf: Float32Array,
    unseenIdf: number,
    private readonly trained: readonly Trained[],
  ) {
    this.squares = idf.map((value) => value * value)
    this.unseenSquare = unseenIdf * unseenIdf
    this.sums = new Int32Array(signals.length)
    this.bestScores = new Float64Array(signals.length)
    this.limits = Float64Array.from(trained, ({ weights, threshold }) => (threshold - weights[weights.length - 1]) * SCALE)
    this.starts = new Int32Array(index.size + 1)
    const packed: number[] = []
    for (let gram = 0; gram < index.size; gram++) {
      for (const [signal, { weights }] of trained.entries()) {
        const weight = Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weights[gram] * idf[gram]))
        if (Math.abs(weights[gram]) >= NEGLIGIBLE) packed.push((Math.round(weight * SCALE) << SIGNAL_BITS) | signal)
      }
      this.starts[gram + 1] = packed.length
    }
    this.packed = Int32Array.from(packed)
  }

  get thresholds(): readonly number[] {
    return this.trained.map(({ threshold }) => threshold)
  }

  /**
   * Calls `found(signal, hit)` for every signal that some window of the utterance reaches, at most
   * once for each run of windows that overlap.
   */
  match({ text, view }: Utterance, found: (signal: number, hit: SimilarHit) => void): void {
    const { length, at } = view
    if (length === 0) return
    const { sums, limits } = this
    const count = this.signals.length
    if (this.grams.length < length * 3) this.grams = new Int32Array(length * 6)
    this.index.read(view.codes, length, this.grams)
    const best = new Array<Window | undefined>(count)
    const report = (signal: number): void => {
      const window = best[signal]
      if (window !== undefined) found(signal, { from: at[window.start], to: at[window.end - 1] + 1, margin: this.bestScores[signal] })
    }
    this.bestScores.fill(0)
    let before: Window = { start: -1, end: -1 }
    for (const window of windows(text, view)) {
      const norm = this.sum(window, window.start === before.start && window.end > before.end ? before.end : window.start)
      before = window
      for (let signal = 0; signal < count; signal++) {
        const excess = sums[signal] - limits[signal] * norm
        if (excess < 0) continue
        const score = excess / SCALE / norm
        const known = best[signal]
        if (known !== undefined && window.start >= known.end) {
          report(signal)
          best[signal] = undefined
          this.bestScores[signal] = 0
        }
        if (score < this.bestScores[signal]) continue
        best[signal] = window
        this.bestScores[signal] = score
      }
    }
    for (let signal = 0; signal < count; signal++) report(signal)
  }

  /**
   * Leaves the weights of the window's grams in `sums` and returns the length of its TF-IDF vector.
   * What the window before it shares, up to `done`, is there already.
   */
  private sum({ start, end }: Window, done: number): number {
    const { grams, starts, packed, sums, squares, unseenSquare } = this
    let square = done > start ? this.square : 0
    if (done <= start) sums.fill(0)
    for (let i = Math.max(start, done - 2); i < end; i++) {
      const orders = Math.min(3, end - i)
      for (let order = Math.max(0, done - i); order < orders; order++) {
        const gram = grams[i * 3 + order]
        if (gram < 0) {
          square += unseenSquare
          continue
        }
        square += squares[gram]
        for (let entry = starts[gram], last = starts[gram + 1]; entry < last; entry++) {
          const weight = packed[entry]
          sums[weight & ((1 << SIGNAL_BITS) - 1)] += weight >> SIGNAL_BITS
        }
      }
    }
    this.square = square
    return Math.sqrt(square)
  }
}
