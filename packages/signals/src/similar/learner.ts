import type { Role } from '@yuzhi/schemas'
import { type MatchView, matchView, normalise } from '@yuzhi/text'
import { dot, type Sample, type SparseVector, trainClassifier } from './linear-classifier.js'
import { NgramIndex } from './ngram-index.js'
import { SimilarModel } from './similar-model.js'
import { tailThreshold } from './threshold.js'
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
}

export type Background = Readonly<Partial<Record<Role, readonly string[]>>>

/** What an error on each kind of sample costs; hits are few, so each counts more. */
const COST = { hit: 8, miss: 4, otherHit: 1, background: 1 }
const FOLDS = 2

interface Text {
  text: string
  view: MatchView
  vector: SparseVector
}

/**
 * Learns all signals of one role from their examples, near misses and the background. Thresholds
 * come from background that the classifier has not seen (two folds), read as utterances in a call
 * are: the highest of their windows counts.
 */
export function learn(lessons: readonly Lesson[], background: readonly string[]): SimilarModel {
  const index = new NgramIndex(1 << 17)
  const folded = new Map<string, { text: string; view: MatchView }>()
  for (const text of [...lessons.flatMap(({ hits, misses }) => [...hits, ...misses]), ...background]) {
    if (folded.has(text)) continue
    const normalised = normalise(text).text
    const view = matchView(normalised)
    folded.set(text, { text: normalised, view })
    index.learn(view.codes, view.length)
  }
  const idf = inverseFrequencies([...folded.values()].map(({ view }) => view), index)
  const vectors = new Map<string, Text>()
  for (const [text, { text: normalised, view }] of folded) {
    vectors.set(text, { text: normalised, view, vector: toVector(view, 0, view.length, index, idf) })
  }
  const texts = (from: readonly string[]): Text[] => from.flatMap((text) => vectors.get(text) ?? [])
  const backgroundTexts = texts(background)
  const windowVectors = backgroundTexts.map(({ text, view }) => windows(text, view).map(({ start, end }) => toVector(view, start, end, index, idf)))
  const trained = lessons.map((lesson) => {
    const others = lessons.filter((other) => other !== lesson && (other.family === undefined || other.family !== lesson.family))
    const known = new Set([...lesson.hits, ...lesson.misses])
    const examples: Sample[] = [
      ...texts(lesson.hits).map(({ vector }) => ({ vector, label: 1, cost: COST.hit })),
      ...texts(lesson.misses).map(({ vector }) => ({ vector, label: -1, cost: COST.miss })),
      ...texts(others.flatMap(({ hits }) => hits.filter((hit) => !known.has(hit)))).map(({ vector }) => ({ vector, label: -1, cost: COST.otherHit })),
    ]
    return trainOne(examples, backgroundTexts, windowVectors, index.size, lesson.falseAlarms / 10_000)
  })
  return new SimilarModel(lessons.map(({ signal }) => signal), index, idf, trained)
}

interface Trained {
  weights: Float64Array
  threshold: number
}

function trainOne(examples: readonly Sample[], background: readonly Text[], windowVectors: readonly SparseVector[][], grams: number, rate: number): Trained {
  const samples = background.map(({ vector }) => ({ vector, label: -1, cost: COST.background }))
  const unseen: number[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = trainClassifier([...examples, ...samples.filter((_, i) => i % FOLDS !== fold)], grams)
    for (let i = fold; i < windowVectors.length; i += FOLDS) {
      unseen.push(windowVectors[i].reduce((best, vector) => Math.max(best, dot(weights, vector)), -Infinity) + weights[grams])
    }
  }
  const weights = trainClassifier([...examples, ...samples], grams)
  return { weights, threshold: tailThreshold(unseen.filter(Number.isFinite), rate) }
}

/** ln((1 + texts) / (1 + texts with the gram)) + 1, as in scikit-learn's TfidfTransformer. */
function inverseFrequencies(views: readonly MatchView[], index: NgramIndex): Float32Array {
  const counts = new Float64Array(index.size)
  const lastSeen = new Int32Array(index.size).fill(-1)
  const grams = new Int32Array(3 * Math.max(1, ...views.map(({ length }) => length)))
  for (const [number, { codes, length }] of views.entries()) {
    index.read(codes, length, grams)
    for (let i = 0; i < length * 3; i++) {
      const gram = grams[i]
      if (gram < 0 || lastSeen[gram] === number) continue
      lastSeen[gram] = number
      counts[gram]++
    }
  }
  return Float32Array.from(counts, (count) => Math.log((1 + views.length) / (1 + count)) + 1)
}

/** TF-IDF of the units from `start` to `end`, scaled to length 1. */
function toVector({ codes }: MatchView, start: number, end: number, index: NgramIndex, idf: Float32Array): SparseVector {
  const length = end - start
  const read = new Int32Array(length * 3)
  index.read(codes.subarray(start, end), length, read)
  const weights = new Map<number, number>()
  for (const gram of read) if (gram >= 0) weights.set(gram, (weights.get(gram) ?? 0) + idf[gram])
  let square = 0
  for (const weight of weights.values()) square += weight * weight
  const norm = square === 0 ? 1 : Math.sqrt(square)
  return { grams: Int32Array.from(weights.keys()), weights: Float64Array.from(weights.values(), (weight) => weight / norm) }
}
