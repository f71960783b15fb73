import { PairTable } from '@yuzhi/text'

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

  /** Calls `found` for every gram: its number, its units, and for a trigram the number of its leading bigram (else −1). */
  forEach(found: (gram: number, first: number, second: number, third: number, bigram: number) => void): void {
    for (const [unit, gram] of this.unigrams.entries()) if (gram >= 0) found(gram, unit, -1, -1, -1)
    this.bigrams.forEach((first, second, gram) => { found(gram, first, second, -1, -1) })
    this.trigrams.forEach((bigram, third, gram) => { found(gram, -1, -1, third, bigram) })
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
