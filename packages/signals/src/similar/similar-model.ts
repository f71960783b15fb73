import type { Utterance } from '../analysed-call.js'
import { GramBlocks, packWeight, WEIGHT_SCALE } from './gram-blocks.js'
import type { NgramIndex } from './ngram-index.js'
import { WindowList } from './windows.js'

/** The best window of an utterance for a signal; offsets are of the utterance's text. */
export interface SimilarHit {
  from: number
  to: number
  /** Distance above the signal's threshold, ≥ 0. */
  margin: number
}

/** What training comes to, in the form that is read. */
export interface LearnedModel {
  /** By signal. */
  thresholds: Float64Array
  biases: Float64Array
  unseenSquare: number
  blocks: GramBlocks
}

/** Weights of one signal: one for each gram, then the bias. */
export interface Trained {
  weights: Float32Array
  threshold: number
}

/**
 * Few characters are like much: windows this short must be so much above the threshold. Of 35 accusations in labelled
 * calls that rested on shorter and fainter likenesses alone 19 were wrong, of the 6 among them at first contact 5.
 */
const SHORT_WINDOW = 8
const SHORT_MARGIN = 0.1

/** A weight this small against a score of about 1 decides nothing, even twenty times over. */
const NEGLIGIBLE = 0.01

export function packModel(trained: readonly Trained[], index: NgramIndex, idf: Float32Array, unseenIdf: number): LearnedModel {
  return {
    thresholds: Float64Array.from(trained, ({ threshold }) => threshold),
    biases: Float64Array.from(trained, ({ weights }) => weights[weights.length - 1]),
    unseenSquare: unseenIdf * unseenIdf,
    blocks: GramBlocks.build(index, idf.map((value) => value * value), (gram) => {
      const packed: number[] = []
      for (let signal = 0; signal < trained.length; signal++) {
        const weight = trained[signal].weights[gram]
        if (weight >= NEGLIGIBLE || weight <= -NEGLIGIBLE) packed.push(packWeight(weight * idf[gram], signal))
      }
      return packed
    }),
  }
}

/**
 * Linear models of many signals over the same grams, evaluated together. For each gram only the
 * weights that matter are kept, so that all models stay in the processor's cache.
 */
export class SimilarModel {
  /** By signal. */
  readonly thresholds: readonly number[]
  private readonly blocks: GramBlocks
  /** Grams that no example and no background has weigh nothing, but make a text less like any of them. */
  private readonly unseenSquare: number
  private grams = new Int32Array(0)
  private square = 0
  /** By signal, of the window at hand: the sum of its positive weights, and of all. */
  private readonly positive: Int32Array
  private readonly sums: Int32Array
  /** The sum of a signal reaches its threshold where it is this times the window's norm, or more. */
  private readonly limits: Float64Array
  /** By signal: the window that is furthest above the threshold (none where it ends at 0), and by how much. */
  private readonly bestStarts: Int32Array
  private readonly bestEnds: Int32Array
  private readonly bestScores: Float64Array
  private readonly windows = new WindowList()

  /** `shifts`, by signal, are added to the thresholds. */
  constructor(readonly signals: readonly string[], { thresholds, biases, unseenSquare, blocks }: LearnedModel, shifts: ReadonlyMap<string, number>) {
    this.thresholds = signals.map((signal, i) => thresholds[i] + (shifts.get(signal) ?? 0))
    this.limits = Float64Array.from(this.thresholds, (threshold, i) => (threshold - biases[i]) * WEIGHT_SCALE)
    this.unseenSquare = unseenSquare
    this.blocks = blocks
    this.positive = new Int32Array(signals.length)
    this.sums = new Int32Array(signals.length)
    this.bestStarts = new Int32Array(signals.length)
    this.bestEnds = new Int32Array(signals.length)
    this.bestScores = new Float64Array(signals.length)
  }

  /**
   * Calls `found(signal, hit)` for every signal that some window of the utterance reaches, at most
   * once for each run of windows that overlap.
   */
  match({ text, view }: Utterance, found: (signal: number, hit: SimilarHit) => void): void {
    const { length, at } = view
    const { sums, limits, windows, bestStarts, bestEnds, bestScores } = this
    windows.fill(text, view)
    if (windows.length === 0) return
    const count = this.signals.length
    if (this.grams.length < length * 3) this.grams = new Int32Array(length * 6)
    this.blocks.read(view.codes, length, this.grams)
    const report = (signal: number): void => {
      if (bestEnds[signal] > 0) found(signal, { from: at[bestStarts[signal]], to: at[bestEnds[signal] - 1] + 1, margin: bestScores[signal] })
    }
    bestEnds.fill(0)
    bestScores.fill(0)
    for (let window = 0, startBefore = -1, endBefore = -1; window < windows.length; window++) {
      const start = windows.starts[window]
      const end = windows.ends[window]
      const norm = this.sumPositive(start, end, start === startBefore && end > endBefore ? endBefore : start)
      startBefore = start
      endBefore = end
      if (!this.reachesAny(norm)) continue
      this.sumAll(start, end)
      const margin = leastMargin(end - start)
      for (let signal = 0; signal < count; signal++) {
        const excess = sums[signal] - limits[signal] * norm
        if (excess < 0) continue
        const score = excess / WEIGHT_SCALE / norm
        if (score < margin) continue
        if (bestEnds[signal] > 0 && start >= bestEnds[signal]) {
          report(signal)
          bestEnds[signal] = 0
          bestScores[signal] = 0
        }
        if (score < bestScores[signal]) continue
        bestStarts[signal] = start
        bestEnds[signal] = end
        bestScores[signal] = score
      }
    }
    for (let signal = 0; signal < count; signal++) report(signal)
  }

  /** By how much the utterance's best window is above (or below) each signal's threshold; −Infinity for an utterance without words. */
  excess({ text, view }: Utterance): Float64Array {
    const best = new Float64Array(this.signals.length).fill(-Infinity)
    const { length } = view
    if (this.grams.length < length * 3) this.grams = new Int32Array(length * 6)
    this.blocks.read(view.codes, length, this.grams)
    const { windows } = this
    windows.fill(text, view)
    for (let window = 0; window < windows.length; window++) {
      const start = windows.starts[window]
      const end = windows.ends[window]
      const norm = this.sumPositive(start, end, start)
      this.sumAll(start, end)
      for (let signal = 0; signal < best.length; signal++) best[signal] = Math.max(best[signal], (this.sums[signal] / norm - this.limits[signal]) / WEIGHT_SCALE - leastMargin(end - start))
    }
    return best
  }

  /**
   * Leaves the positive weights of the window's grams in `positive` and returns the length of its
   * TF-IDF vector. What the window before it shares, up to `done`, is there already.
   */
  private sumPositive(start: number, end: number, done: number): number {
    const { grams, blocks, positive, unseenSquare } = this
    let square = done > start ? this.square : 0
    if (done <= start) positive.fill(0)
    for (let i = Math.max(start, done - 2); i < end; i++) {
      const orders = Math.min(3, end - i)
      for (let order = Math.max(0, done - i); order < orders; order++) {
        const gram = grams[i * 3 + order]
        if (gram < 0) {
          square += unseenSquare
          continue
        }
        square += blocks.square(gram)
        blocks.addPositive(gram, positive)
      }
    }
    this.square = square
    return Math.sqrt(square)
  }

  /** Negative weights only lower a sum: most windows need no look at them. */
  private reachesAny(norm: number): boolean {
    const { positive, limits } = this
    for (let signal = 0; signal < limits.length; signal++) if (positive[signal] >= limits[signal] * norm) return true
    return false
  }

  /** Leaves all weights of the window's grams in `sums`. */
  private sumAll(start: number, end: number): void {
    const { grams, blocks, positive, sums } = this
    sums.set(positive)
    for (let i = start; i < end; i++) {
      const orders = Math.min(3, end - i)
      for (let order = 0; order < orders; order++) {
        const gram = grams[i * 3 + order]
        if (gram >= 0) blocks.addNegative(gram, sums)
      }
    }
  }
}

function leastMargin(length: number): number {
  return length <= SHORT_WINDOW ? SHORT_MARGIN : 0
}
