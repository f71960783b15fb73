import { type MatchView, matchView, normalise } from '@yuzhi/text'
import { dot, type Sample, type SparseVector, trainClassifier } from './linear-classifier.js'
import { NgramIndex } from './ngram-index.js'
import { packModel, SimilarModel, type Trained } from './similar-model.js'
import { tailThreshold } from './threshold.js'
import { decodeModel, encodeModel, type TrainedCache, trainingKey } from './trained-cache.js'
import { windows } from './windows.js'

/** What a signal gives to learn from. */
export interface Lesson {
  signal: string
  /** Signals of one family overlap in meaning: their hits do not count against each other. */
  family: string | undefined
  hits: readonly string[]
  misses: readonly string[]
  /** Background utterances in 10,000 that may hit. */
  falseAlarms: number
  /** Names of the backgrounds it is told from. */
  backgrounds: readonly string[]
}

/** Utterances by the name of their background; what shows a signal must not be in its backgrounds. */
export type Background = Readonly<Record<string, readonly string[]>>

/** What an error on each kind of sample costs; hits are few, so each counts more. */
const COST = { hit: 8, miss: 4, otherHit: 1, background: 1 }
const FOLDS = 2

/**
 * Learns all signals of one role from their examples, near misses and backgrounds. Thresholds come
 * from background that the classifier has not seen (two folds), read as utterances in a call are:
 * the highest of their windows counts. `shifts` are added to them.
 */
export function learn(lessons: readonly Lesson[], backgrounds: Background, cache?: TrainedCache, shifts: ReadonlyMap<string, number> = new Map()): SimilarModel {
  const key = cache === undefined ? '' : trainingKey(lessons, backgrounds)
  const kept = cache?.get(key)
  let learned = kept === undefined ? undefined : decodeModel(kept, lessons.length)
  if (learned === undefined) {
    const read = new TextReader(lessons, backgrounds)
    learned = packModel(trainAll(lessons, backgrounds, read), read.index, read.idf, read.unseenIdf)
    cache?.put(key, encodeModel(learned))
  }
  return new SimilarModel(lessons.map(({ signal }) => signal), learned, shifts)
}

function trainAll(lessons: readonly Lesson[], backgrounds: Background, read: TextReader): Trained[] {
  const known = new Map<string, { samples: Sample[]; windows: SparseVector[][] }>()
  const backgroundOf = ({ backgrounds: names }: Lesson): { samples: Sample[]; windows: SparseVector[][] } => {
    const key = names.join(' ')
    let texts = known.get(key)
    if (texts === undefined) {
      const lines = names.flatMap((name) => backgrounds[name])
      texts = { samples: read.samples(lines, -1, COST.background), windows: lines.map((line) => read.windows(line)) }
      known.set(key, texts)
    }
    return texts
  }
  return lessons.map((lesson) => {
    const others = lessons.filter((other) => other !== lesson && (other.family === undefined || other.family !== lesson.family))
    const own = new Set([...lesson.hits, ...lesson.misses])
    const examples = [
      ...read.samples(lesson.hits, 1, COST.hit),
      ...read.samples(lesson.misses, -1, COST.miss),
      ...read.samples(others.flatMap(({ hits }) => hits.filter((hit) => !own.has(hit))), -1, COST.otherHit),
    ]
    const background = backgroundOf(lesson)
    return trainOne(examples, background.samples, background.windows, read.index.size, lesson.falseAlarms / 10_000)
  })
}

function trainOne(examples: readonly Sample[], background: readonly Sample[], windowVectors: readonly SparseVector[][], grams: number, rate: number): Trained {
  const unseen: number[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = trainClassifier([...examples, ...background.filter((_, i) => i % FOLDS !== fold)], grams)
    for (let i = fold; i < windowVectors.length; i += FOLDS) {
      unseen.push(windowVectors[i].reduce((best, vector) => Math.max(best, dot(weights, vector)), -Infinity) + weights[grams])
    }
  }
  const weights = trainClassifier([...examples, ...background], grams)
  return { weights: Float32Array.from(weights), threshold: tailThreshold(unseen.filter(Number.isFinite), rate) }
}

/** All texts of a lesson plan, folded and counted once. Grams of a single background line say nothing and are left out. */
class TextReader {
  readonly index: NgramIndex
  readonly idf: Float32Array
  /** Of a gram that no text has. */
  readonly unseenIdf: number
  private readonly texts = new Map<string, { text: string; view: MatchView }>()
  private readonly vectors = new Map<string, SparseVector>()

  constructor(lessons: readonly Lesson[], backgrounds: Background) {
    const examples = new Set(lessons.flatMap(({ hits, misses }) => [...hits, ...misses]))
    const used = new Set(lessons.flatMap((lesson) => lesson.backgrounds))
    for (const line of [...examples, ...[...used].flatMap((name) => backgrounds[name])]) {
      if (this.texts.has(line)) continue
      const { text } = normalise(line)
      this.texts.set(line, { text, view: matchView(text) })
    }
    const views = [...this.texts.values()].map(({ view }) => view)
    const all = new NgramIndex(1 << 17)
    for (const { codes, length } of views) all.learn(codes, length)
    const keeps = Uint8Array.from(countTexts(views, all), (count) => (count > 1 ? 1 : 0))
    const numbers = new Int32Array(3 * longest(views))
    for (const line of examples) {
      const { codes, length } = this.at(line).view
      all.read(codes, length, numbers)
      for (let i = 0; i < length * 3; i++) if (numbers[i] >= 0) keeps[numbers[i]] = 1
    }
    this.index = new NgramIndex(1 << 15)
    for (const { codes, length } of views) this.index.learn(codes, length, all, keeps)
    // ln((1 + texts) / (1 + texts with the gram)) + 1, as in scikit-learn's TfidfTransformer.
    this.idf = Float32Array.from(countTexts(views, this.index), (count) => Math.log((1 + views.length) / (1 + count)) + 1)
    this.unseenIdf = Math.log(1 + views.length) + 1
  }

  samples(lines: readonly string[], label: number, cost: number): Sample[] {
    return lines.map((line) => ({ vector: this.vector(line), label, cost }))
  }

  windows(line: string): SparseVector[] {
    const { text, view } = this.at(line)
    return windows(text, view).map(({ start, end }) => toVector(view, start, end, this.index, this.idf, this.unseenIdf))
  }

  private vector(line: string): SparseVector {
    let vector = this.vectors.get(line)
    if (vector === undefined) {
      const { view } = this.at(line)
      vector = toVector(view, 0, view.length, this.index, this.idf, this.unseenIdf)
      this.vectors.set(line, vector)
    }
    return vector
  }

  private at(line: string): { text: string; view: MatchView } {
    const known = this.texts.get(line)
    if (known === undefined) throw new Error(`a line that was not read before: ${line}`)
    return known
  }
}

/** In how many texts each gram stands. */
function countTexts(views: readonly MatchView[], index: NgramIndex): Float64Array {
  const counts = new Float64Array(index.size)
  const lastSeen = new Int32Array(index.size).fill(-1)
  const grams = new Int32Array(3 * longest(views))
  for (const [number, { codes, length }] of views.entries()) {
    index.read(codes, length, grams)
    for (let i = 0; i < length * 3; i++) {
      const gram = grams[i]
      if (gram < 0 || lastSeen[gram] === number) continue
      lastSeen[gram] = number
      counts[gram]++
    }
  }
  return counts
}

function longest(views: readonly MatchView[]): number {
  return views.reduce((most, { length }) => Math.max(most, length), 1)
}

/** TF-IDF of the units from `start` to `end`, scaled to length 1. */
function toVector({ codes }: MatchView, start: number, end: number, index: NgramIndex, idf: Float32Array, unseenIdf: number): SparseVector {
  const length = end - start
  const read = new Int32Array(length * 3)
  index.read(codes.subarray(start, end), length, read)
  const weights = new Map<number, number>()
  let square = 0
  for (const [i, gram] of read.entries()) {
    if (gram >= 0) weights.set(gram, (weights.get(gram) ?? 0) + idf[gram])
    else if (Math.floor(i / 3) + (i % 3) < length) square += unseenIdf * unseenIdf
  }
  for (const weight of weights.values()) square += weight * weight
  const norm = square === 0 ? 1 : Math.sqrt(square)
  return { grams: Int32Array.from(weights.keys()), weights: Float64Array.from(weights.values(), (weight) => weight / norm) }
}
