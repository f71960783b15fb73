import { PairTable } from './pair-table.js'

/** jieba's dictionary and our words have about 650,000 prefixes of two and more units. */
const EXPECTED_PREFIXES = 800_000
/** Words are not looked for across these (cppjieba's separators). */
const SEPARATORS = new Set(Array.from(' \t\n，。', (separator) => separator.charCodeAt(0)))
/** A stretch without separators is read in pieces, so that scratch memory does not grow with the input. */
const PIECE_LENGTH = 4096
const PAIR_BITS = 1 << 21
/** Value of a prefix that no longer word begins with: there is nothing more to look up. */
const LEAF = -2

/**
 * The words of a dictionary with their log probabilities, and the most probable way to divide a
 * text into them: what cppjieba's MPSegment does, unit for unit, on a hash table in one array.
 * A character that starts no word counts as the least probable word.
 */
export class WordLattice {
  /** Of single units: number of the prefix, and of its weight (−1: no word). */
  private readonly firstNode = new Int32Array(0x10000).fill(-1)
  private readonly firstWeight = new Int32Array(0x10000).fill(-1)
  /** (prefix, unit) → longer prefix, and the number of its weight. */
  private readonly prefixes = new PairTable(EXPECTED_PREFIXES)
  /** A bit for each hash of a prefix's first two units: most pairs in a text start no word, and this fits the cache. */
  private readonly pairs = new Uint32Array(PAIR_BITS / 32)
  private readonly weights: number[] = []
  private readonly weightNumbers = new Map<number, number>()
  private nodes = 0
  private readonly best = new Float64Array(PIECE_LENGTH + 1)
  private readonly lengths = new Uint16Array(PIECE_LENGTH)

  /** `leastWeight`: log probability of what is in no dictionary. */
  constructor(private readonly leastWeight: number) {}

  /** Enters a word, or gives a known one another weight. */
  add(word: string, weight: number): void {
    const number = this.numberOf(weight)
    const first = word.charCodeAt(0)
    if (this.firstNode[first] < 0) this.firstNode[first] = this.nodes++
    if (word.length === 1) this.firstWeight[first] = number
    if (word.length > 1) {
      const bit = pairBit(first, word.charCodeAt(1))
      this.pairs[bit >>> 5] |= 1 << (bit & 31)
    }
    let node = this.firstNode[first]
    for (let i = 1; i < word.length; i++) {
      const unit = word.charCodeAt(i)
      let at = this.prefixes.find(node, unit)
      if (at < 0) at = this.prefixes.set(node, unit, LEAF)
      const { slots } = this.prefixes
      if (i === word.length - 1) slots[at + 3] = number
      else if (slots[at + 2] === LEAF) slots[at + 2] = this.nodes++
      node = slots[at + 2]
    }
  }

  /** Sets `edges[i]` to 1 wherever a word of `text` ends; `edges` has `text.length + 1` entries. */
  markEdges(text: string, edges: Uint8Array): void {
    let from = 0
    for (let i = 0; i < text.length; i++) {
      if (SEPARATORS.has(text.charCodeAt(i))) {
        this.divide(text, from, i, edges)
        edges[i + 1] = 1
        from = i + 1
      } else if (i + 1 - from === PIECE_LENGTH) {
        const to = isPair(text, i) ? i : i + 1
        this.divide(text, from, to, edges)
        from = to
      }
    }
    this.divide(text, from, text.length, edges)
  }

  private divide(text: string, from: number, to: number, edges: Uint8Array): void {
    const { best, lengths, firstNode, firstWeight, prefixes, pairs, weights, leastWeight } = this
    const { slots } = prefixes
    const length = to - from
    best[length] = 0
    for (let i = length - 1; i >= 0; i--) {
      const first = text.charCodeAt(from + i)
      // The halves of a surrogate pair are one character.
      const least = i + 1 < length && isPair(text, from + i) ? 2 : 1
      const single = firstWeight[first]
      let most = best[i + least] + (single < 0 ? leastWeight : weights[single])
      let longest = least
      const bit = pairBit(first, i + 1 < length ? text.charCodeAt(from + i + 1) : 0)
      let node = (pairs[bit >>> 5] & (1 << (bit & 31))) === 0 ? -1 : firstNode[first]
      for (let j = i + 1; node >= 0 && j < length; j++) {
        const at = prefixes.find(node, text.charCodeAt(from + j))
        if (at < 0) break
        node = slots[at + 2]
        const weight = slots[at + 3]
        if (weight < 0) continue
        const value = best[j + 1] + weights[weight]
        if (value > most) {
          most = value
          longest = j + 1 - i
        }
      }
      best[i] = most
      lengths[i] = longest
    }
    for (let i = 0; i < length; ) {
      i += lengths[i]
      edges[from + i] = 1
    }
  }

  private numberOf(weight: number): number {
    let number = this.weightNumbers.get(weight)
    if (number === undefined) {
      number = this.weights.length
      this.weights.push(weight)
      this.weightNumbers.set(weight, number)
    }
    return number
  }
}

function pairBit(first: number, second: number): number {
  return Math.imul((first << 16) | second, 0x9e3779b1) >>> 11
}

function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 0xd800 || unit >= 0xdc00) return false
  const next = text.charCodeAt(at + 1)
  return next >= 0xdc00 && next < 0xe000
}
