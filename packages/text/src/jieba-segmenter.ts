import nodejieba from 'nodejieba'
import { arrayPool } from './array-pool.js'
import { type DictionaryWord, fingerprintWords, readFrequencies } from './dictionary.js'
import type { Segmenter, Word } from './segmenter.js'
import { WordLattice } from './word-lattice.js'

const newEdges = arrayPool((length) => new Uint8Array(length))

/**
 * Segmenter on jieba's dictionary and the given words, without guesses at unknown words: the words
 * that nodejieba's `cut` gives, an order of magnitude faster (a native call copies every word), in
 * a quarter of the memory and safe in worker threads. Takes about 0.3 s.
 */
export function jiebaSegmenter(words: readonly DictionaryWord[], dictionary: string = nodejieba.DEFAULT_DICT): Segmenter {
  const lattice = buildLattice(words, dictionary)
  const edges = (text: string): Uint8Array => {
    const marked = newEdges(text.length + 1)
    marked[0] = 1
    lattice.markEdges(text, marked)
    return marked
  }
  return { edges, words: (text) => cutWords(text, edges(text)), fingerprint: fingerprintWords(words) }
}

/** Weights as cppjieba's DictTrie has them: log of the share; an added word weighs as the median word. */
function buildLattice(words: readonly DictionaryWord[], dictionary: string): WordLattice {
  const { entries, counts } = readFrequencies(dictionary)
  let sum = 0
  for (const count of counts) sum += count
  const sorted = Float64Array.from(counts).sort()
  const lattice = new WordLattice(Math.log(sorted[0] / sum))
  for (let i = 0; i < entries.length; i++) lattice.add(entries[i], Math.log(counts[i] / sum))
  const median = Math.log(sorted[sorted.length >> 1] / sum)
  for (const { word } of words) lattice.add(word, median)
  return lattice
}

function cutWords(text: string, edges: Uint8Array): Word[] {
  const words: Word[] = []
  let start = 0
  for (let end = 1; end <= text.length; end++) {
    if (edges[end] === 0) continue
    words.push({ text: text.slice(start, end), start, end })
    start = end
  }
  return words
}
