/**
 * Character 1–3-grams of a folded text as small numbers. Keys are exact (no hashing): a trigram is
 * keyed by its leading bigram's number and its last character.
 */
export class NgramIndex {
  private readonly unigrams = new Int32Array(0x10000).fill(-1)
  private readonly bigrams: NumberTable
  private readonly trigrams: NumberTable
  size = 0

  constructor(expected: number) {
    this.bigrams = new NumberTable(expected)
    this.trigrams = new NumberTable(expected)
  }

  /** Enters every gram of the text. */
  learn(codes: ArrayLike<number>, length: number): void {
    for (let i = 0; i < length; i++) {
      if (this.unigrams[codes[i]] < 0) this.unigrams[codes[i]] = this.size++
      if (i + 1 >= length) continue
      let bigram = this.bigrams.get(codes[i] * 0x10000 + codes[i + 1])
      if (bigram < 0) {
        bigram = this.size++
        this.bigrams.set(codes[i] * 0x10000 + codes[i + 1], bigram)
      }
      if (i + 2 < length && this.trigrams.get(bigram * 0x10000 + codes[i + 2]) < 0) {
        this.trigrams.set(bigram * 0x10000 + codes[i + 2], this.size++)
      }
    }
  }

  /** Writes the numbers of the 1-, 2- and 3-gram that start at each unit (−1: unknown), three a unit. */
  read(codes: Uint16Array, length: number, into: Int32Array): void {
    for (let i = 0; i < length; i++) {
      const at = i * 3
      into[at] = this.unigrams[codes[i]]
      into[at + 1] = -1
      into[at + 2] = -1
      if (i + 1 >= length) continue
      const bigram = this.bigrams.get(codes[i] * 0x10000 + codes[i + 1])
      into[at + 1] = bigram
      if (bigram >= 0 && i + 2 < length) into[at + 2] = this.trigrams.get(bigram * 0x10000 + codes[i + 2])
    }
  }
}

/** Open addressing from whole numbers below 2^53 to whole numbers. */
class NumberTable {
  private keys: Float64Array
  private values: Int32Array
  private mask: number
  private count = 0

  constructor(expected: number) {
    let capacity = 1024
    while (capacity < expected * 2) capacity *= 2
    this.keys = new Float64Array(capacity).fill(-1)
    this.values = new Int32Array(capacity)
    this.mask = capacity - 1
  }

  get(key: number): number {
    let slot = hash(key) & this.mask
    for (;;) {
      const found = this.keys[slot]
      if (found === key) return this.values[slot]
      if (found < 0) return -1
      slot = (slot + 1) & this.mask
    }
  }

  set(key: number, value: number): void {
    if (this.count * 2 >= this.keys.length) this.grow()
    let slot = hash(key) & this.mask
    while (this.keys[slot] >= 0 && this.keys[slot] !== key) slot = (slot + 1) & this.mask
    if (this.keys[slot] < 0) this.count++
    this.keys[slot] = key
    this.values[slot] = value
  }

  private grow(): void {
    const { keys, values } = this
    this.keys = new Float64Array(keys.length * 2).fill(-1)
    this.values = new Int32Array(keys.length * 2)
    this.mask = this.keys.length - 1
    this.count = 0
    for (let i = 0; i < keys.length; i++) if (keys[i] >= 0) this.set(keys[i], values[i])
  }
}

function hash(key: number): number {
  const high = Math.floor(key / 0x10000)
  return Math.imul(Math.imul(high, 0x9e3779b1) ^ (key & 0xffff), 0x85ebca6b) >>> 7
}
