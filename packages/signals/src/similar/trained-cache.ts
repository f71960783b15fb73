import { createHash } from 'node:crypto'
import type { Background, Lesson } from './learner.js'

/** Keeps trained weights between runs. Training is deterministic, so a kept model is the one that would be trained. */
export interface TrainedCache {
  get: (key: string) => Uint8Array | undefined
  put: (key: string, bytes: Uint8Array) => void
}

export interface Trained {
  /** One for each gram, then the bias. */
  weights: Float32Array
  threshold: number
}

/** To be raised with any change that trains other weights from the same lessons. */
const TRAINING = '2'

export function trainingKey(lessons: readonly Lesson[], backgrounds: Background): string {
  const used = [...new Set(lessons.flatMap((lesson) => lesson.backgrounds))]
  const content = JSON.stringify([TRAINING, lessons, used.map((name) => [name, backgrounds[name]])])
  return createHash('sha256').update(content).digest('hex')
}

/** Thresholds, then the weights of one lesson after the other. */
export function encodeTrained(trained: readonly Trained[]): Uint8Array {
  const thresholds = new Uint8Array(Float64Array.from(trained, ({ threshold }) => threshold).buffer)
  return Buffer.concat([thresholds, ...trained.map(({ weights }) => new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))])
}

/** Undefined where the bytes are not what `encodeTrained` wrote for so many lessons and weights. */
export function decodeTrained(bytes: Uint8Array, lessons: number, weightsEach: number): Trained[] | undefined {
  const head = lessons * Float64Array.BYTES_PER_ELEMENT
  const each = weightsEach * Float32Array.BYTES_PER_ELEMENT
  if (bytes.byteLength !== head + lessons * each) return undefined
  const own = new Uint8Array(bytes).buffer
  const thresholds = new Float64Array(own, 0, lessons)
  return Array.from(thresholds, (threshold, i) => ({ threshold, weights: new Float32Array(own, head + i * each, weightsEach) }))
}
