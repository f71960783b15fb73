/**
 * Character 1–3-grams of a folded text as small numbers. Keys are exact (no hashing): a trigram is
 * keyed by its leading bigram's number and its last character.
 */
export class NgramIndex {
  private readonly unigrams = new Int32Array(0x10000).fill(-1)
  private readonly bigrams: PairTable
  private readonly trigrams: PairTable
  size = 0

  constructor(expected: number) {
    this.bigrams = new PairTable(expected)
    this.trigrams = new PairTable(expected)
  }

  /** Enters every gram of the text, or those that `keeps` has under their numbers in `other`. */
  learn(codes: Uint16Array, length: number, other?: NgramIndex, keeps?: Uint8Array): void {
    const numbers = new Int32Array(length * 3)
    other?.read(codes, length, numbers)
    const isKept = (at: number): boolean => keeps === undefined || keeps[numbers[at]] === 1
    for (let i = 0; i < length; i++) {
      if (!isKept(i * 3)) continue
      if (this.unigrams[codes[i]] < 0) this.unigrams[codes[i]] = this.size++
      if (i + 1 >= length || !isKept(i * 3 + 1)) continue
      const bigram = this.enter(this.bigrams, codes[i], codes[i + 1])
      if (i + 2 < length && isKept(i * 3 + 2)) this.enter(this.trigrams, bigram, codes[i + 2])
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
      const bigram = this.bigrams.get(codes[i], codes[i + 1])
      into[at + 1] = bigram
      if (bigram >= 0 && i + 2 < length) into[at + 2] = this.trigrams.get(bigram, codes[i + 2])
    }
  }

  private enter(grams: PairTable, high: number, low: number): number {
    const known = grams.get(high, low)
    if (known >= 0) return known
    grams.set(high, low, this.size)
    return this.size++
  }
}

/** Open addressing from pairs (a whole number and a UTF-16 unit) to whole numbers; all of a slot lies side by side, for the cache. */
class PairTable {
  /** Three a slot: the high part of the key (−1: empty), the low part, the value; the fourth is padding. */
  private slots: Int32Array
  private mask: number
  private count = 0

  constructor(expected: number) {
    let capacity = 1024
    while (capacity < expected) capacity *= 2
    this.slots = new Int32Array(capacity * 4).fill(-1)
    this.mask = capacity - 1
  }

  /** −1 where the key is not there. */
  get(high: number, low: number): number {
    const { slots, mask } = this
    for (let slot = hash(high, low) & mask; ; slot = (slot + 1) & mask) {
      const at = slot << 2
      if (slots[at] === high && slots[at + 1] === low) return slots[at + 2]
      if (slots[at] < 0) return -1
    }
  }

  /** The key must not be there yet. */
  set(high: number, low: number, value: number): void {
    // Four fifths full: longer probes cost less than a table that leaves the cache.
    if (this.count * 5 > this.mask * 4) this.grow()
    let slot = hash(high, low) & this.mask
    while (this.slots[slot << 2] >= 0) slot = (slot + 1) & this.mask
    this.slots.set([high, low, value], slot << 2)
    this.count++
  }

  private grow(): void {
    const { slots } = this
    this.slots = new Int32Array(slots.length * 2).fill(-1)
    this.mask = slots.length / 2 - 1
    this.count = 0
    for (let at = 0; at < slots.length; at += 4) if (slots[at] >= 0) this.set(slots[at], slots[at + 1], slots[at + 2])
  }
}

function hash(high: number, low: number): number {
  return Math.imul(Math.imul(high, 0x9e3779b1) ^ low, 0x85ebca6b) >>> 7
}
