import { createHash } from 'node:crypto'
import { GramBlocks } from './gram-blocks.js'
import type { Background, Lesson } from './learner.js'
import type { LearnedModel } from './similar-model.js'

/** Keeps learned models between runs. Training is deterministic, so a kept model is the one that would be trained. */
export interface TrainedCache {
  get: (key: string) => Uint8Array | undefined
  put: (key: string, bytes: Uint8Array) => void
}

/** To be raised with any change that makes another model from the same lessons, in the folding of text too, or other bytes from a model. */
const TRAINING = '6'

export function trainingKey(lessons: readonly Lesson[], backgrounds: Background): string {
  const used = [...new Set(lessons.flatMap((lesson) => lesson.backgrounds))]
  const content = JSON.stringify([TRAINING, lessons, used.map((name) => [name, backgrounds[name]])])
  return createHash('sha256').update(content).digest('hex')
}

/** Lengths of the parts of the blocks, `unseenSquare`, thresholds and biases, eight bytes each; then the parts. */
export function encodeModel({ thresholds, biases, unseenSquare, blocks }: LearnedModel): Uint8Array {
  const head = Float64Array.of(...blocks.parts.map(({ length }) => length), unseenSquare, ...thresholds, ...biases)
  return Buffer.concat([head, ...blocks.parts].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)))
}

/** Undefined where the bytes are not what `encodeModel` wrote for so many signals. */
export function decodeModel(bytes: Uint8Array, signals: number): LearnedModel | undefined {
  const parts = 4
  const head = (parts + 1 + 2 * signals) * Float64Array.BYTES_PER_ELEMENT
  if (bytes.byteLength < head) return undefined
  // Numbers lie at multiples of their size.
  const { buffer, byteOffset } = bytes.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  const numbers = new Float64Array(buffer, byteOffset, head / Float64Array.BYTES_PER_ELEMENT)
  const lengths = numbers.subarray(0, parts)
  if (bytes.byteLength !== head + lengths.reduce((sum, length) => sum + length * Int32Array.BYTES_PER_ELEMENT, 0)) return undefined
  let at = byteOffset + head
  const next = (length: number): Int32Array => {
    const part = new Int32Array(buffer, at, length)
    at += part.byteLength
    return part
  }
  const [blocks, negative, unigrams, bigrams] = lengths
  return {
    thresholds: numbers.slice(parts + 1, parts + 1 + signals),
    biases: numbers.slice(parts + 1 + signals),
    unseenSquare: numbers[parts],
    blocks: GramBlocks.from([next(blocks), next(negative), next(unigrams), next(bigrams)]),
  }
}
