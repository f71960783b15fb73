import type { NgramIndex } from './ngram-index.js'

/** Offsets in a block's head: how many longer grams and positive weights follow it, its square, where its other weights are. */
const COUNTS = 0
const SQUARE = 1
const NEGATIVE = 2
const HEAD = 3
/** The upper bits of the counts are the positive weights. */
const LONGER_BITS = 20
const LONGER_MASK = (1 << LONGER_BITS) - 1

const HASH = 0x9e3779b1

/**
 * The grams of a text's alphabet laid out for reading: a block for each, all that is needed of it
 * side by side, for the processor's cache. A block holds the square of the gram's weight in a text,
 * the grams that are longer by one unit (bigrams only), and its positive weights, packed; the others,
 * which few windows need, lie apart.
 */
export class GramBlocks {
  private constructor(
    private readonly blocks: Int32Array,
    /** For each gram how many there are, then its weights of 0 and less. */
    private readonly negative: Int32Array,
    /** Block of a unit, −1 for none. */
    private readonly unigrams: Int32Array,
    /** Two a slot: both units of a bigram in one number, and its block (−1: empty). */
    private readonly bigrams: Int32Array,
  ) {
    this.squares = new Float32Array(blocks.buffer, blocks.byteOffset, blocks.length)
  }

  /** All there is to it, for `from`. */
  get parts(): readonly [blocks: Int32Array, negative: Int32Array, unigrams: Int32Array, bigrams: Int32Array] {
    return [this.blocks, this.negative, this.unigrams, this.bigrams]
  }

  static from([blocks, negative, unigrams, bigrams]: GramBlocks['parts']): GramBlocks {
    return new GramBlocks(blocks, negative, unigrams, bigrams)
  }

  private readonly squares: Float32Array

  /** `squares` by gram; `weightsOf(gram)` in any order. */
  static build(index: NgramIndex, squares: Float32Array, weightsOf: (gram: number) => readonly number[]): GramBlocks {
    const longer = continuations(index)
    const starts = new Int32Array(index.size)
    const blocks: number[] = []
    const negative: number[] = []
    for (let gram = 0; gram < index.size; gram++) {
      const start = blocks.length
      starts[gram] = start
      const weights = weightsOf(gram)
      const positive = weights.filter((weight) => weight > 0)
      const units = longer.get(gram) ?? []
      blocks.push((positive.length << LONGER_BITS) | units.length, 0, negative.length, ...units.flat(), ...positive)
      negative.push(weights.length - positive.length, ...weights.filter((weight) => weight <= 0))
    }
    for (const [gram, units] of longer) for (let i = 0; i < units.length; i++) blocks[starts[gram] + HEAD + 2 * i + 1] = starts[units[i][1]]
    const built = new GramBlocks(Int32Array.from(blocks), Int32Array.from(negative), new Int32Array(0x10000).fill(-1), newSlots(index))
    for (let gram = 0; gram < index.size; gram++) built.squares[starts[gram] + SQUARE] = squares[gram]
    index.forEach((gram, first, second) => {
      if (second >= 0) built.enterBigram(first, second, starts[gram])
      else if (first >= 0) built.unigrams[first] = starts[gram]
    })
    return built
  }

  /** Writes the blocks of the 1-, 2- and 3-gram that start at each unit (−1: unknown), three a unit. */
  read(codes: Uint16Array, length: number, into: Int32Array): void {
    const { unigrams, bigrams, blocks } = this
    const mask = bigrams.length - 1
    for (let i = 0; i < length; i++) {
      const at = i * 3
      into[at] = unigrams[codes[i]]
      into[at + 1] = -1
      into[at + 2] = -1
      if (i + 1 >= length) continue
      const key = (codes[i] << 16) | codes[i + 1]
      let slot = slotOf(key, mask)
      while (bigrams[slot + 1] >= 0 && bigrams[slot] !== key) slot = (slot + 2) & mask
      const bigram = bigrams[slot + 1]
      into[at + 1] = bigram
      if (bigram < 0 || i + 2 >= length) continue
      const unit = codes[i + 2]
      const longer = bigram + HEAD
      let low = 0
      const count = blocks[bigram + COUNTS] & LONGER_MASK
      let high = count
      while (low < high) {
        const middle = (low + high) >> 1
        if (blocks[longer + 2 * middle] < unit) low = middle + 1
        else high = middle
      }
      if (low < count && blocks[longer + 2 * low] === unit) into[at + 2] = blocks[longer + 2 * low + 1]
    }
  }

  square(block: number): number {
    return this.squares[block + SQUARE]
  }

  /** Adds the positive weights of a block to the sums of their signals. */
  addPositive(block: number, sums: Int32Array): void {
    const { blocks } = this
    const counts = blocks[block + COUNTS]
    const first = block + HEAD + 2 * (counts & LONGER_MASK)
    for (let entry = first, last = first + (counts >>> LONGER_BITS); entry < last; entry++) addWeight(blocks[entry], sums)
  }

  addNegative(block: number, sums: Int32Array): void {
    const { negative } = this
    const start = this.blocks[block + NEGATIVE]
    for (let entry = start + 1, last = entry + negative[start]; entry < last; entry++) addWeight(negative[entry], sums)
  }

  private enterBigram(first: number, second: number, block: number): void {
    const mask = this.bigrams.length - 1
    const key = (first << 16) | second
    let slot = slotOf(key, mask)
    while (this.bigrams[slot + 1] >= 0) slot = (slot + 2) & mask
    this.bigrams[slot] = key
    this.bigrams[slot + 1] = block
  }
}

const SIGNAL_BITS = 8
/** Weights are whole numbers of this many parts, packed with the number of their signal. */
export const WEIGHT_SCALE = 1 << 16
const MAX_WEIGHT = (1 << (31 - SIGNAL_BITS)) / WEIGHT_SCALE - 1

export function packWeight(weight: number, signal: number): number {
  return (Math.round(Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weight)) * WEIGHT_SCALE) << SIGNAL_BITS) | signal
}

function addWeight(packed: number, sums: Int32Array): void {
  sums[packed & ((1 << SIGNAL_BITS) - 1)] += packed >> SIGNAL_BITS
}

/** By bigram: the units that make it a trigram, in order, and those trigrams. */
function continuations(index: NgramIndex): Map<number, [unit: number, gram: number][]> {
  const longer = new Map<number, [number, number][]>()
  index.forEach((gram, _first, _second, third, bigram) => {
    if (bigram < 0) return
    const known = longer.get(bigram)
    if (known === undefined) longer.set(bigram, [[third, gram]])
    else known.push([third, gram])
  })
  for (const units of longer.values()) units.sort(([a], [b]) => a - b)
  return longer
}

/** Half full at most: most lookups find nothing, and each must come upon a gap. */
function newSlots(index: NgramIndex): Int32Array {
  let bigrams = 0
  index.forEach((_gram, _first, second) => { if (second >= 0) bigrams++ })
  let capacity = 1024
  while (capacity < bigrams * 2) capacity *= 2
  return new Int32Array(capacity * 2).fill(-1)
}

function slotOf(key: number, mask: number): number {
  return ((Math.imul(key, HASH) >>> 9) << 1) & mask
}
