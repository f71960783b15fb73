import { fileURLToPath } from 'node:url'
import nodejieba from 'nodejieba'
import { arrayPool } from './array-pool.js'
import { checkDictionaryFile, type DictionaryWord, DictionaryError, fingerprintWords } from './dictionary.js'
import type { Segmenter, Word } from './segmenter.js'

/** Long texts go to the native segmenter in pieces, so that no array of words grows with the input. */
const PIECE_LENGTH = 4096

/** Lone surrogates become two units in UTF-8 and back; they are replaced by one of the same length. */
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Keyword weights and stop words are for what Yuzhi does not use; the full lists cost 0.2 s and 20 MB. */
const IDF = fileURLToPath(new URL('../dictionary/keywords.idf', import.meta.url))
const STOP_WORDS = fileURLToPath(new URL('../dictionary/stop-words.txt', import.meta.url))

let loaded = false

const newEdges = arrayPool((length) => new Uint8Array(length))

/** nodejieba holds one dictionary a process: it loads once (0.7 s, 250 MB), words are only added. */
function loadOnce(): void {
  if (loaded) return
  checkDictionaryFile(nodejieba.DEFAULT_DICT, 3)
  for (const file of [nodejieba.DEFAULT_HMM_DICT, nodejieba.DEFAULT_USER_DICT, IDF, STOP_WORDS]) checkDictionaryFile(file, 0)
  nodejieba.load({ idfDict: IDF, stopWordDict: STOP_WORDS })
  loaded = true
}

/** Segmenter on nodejieba's dictionary and the given words, without its guesses at unknown words. */
export function jiebaSegmenter(words: readonly DictionaryWord[]): Segmenter {
  loadOnce()
  for (const { word, tag } of words) {
    if (!nodejieba.insertWord(word, tag)) throw new DictionaryError('dictionary', 0, `"${word}" cannot be a word`)
  }
  return { edges: wordEdges, words: cutWords, fingerprint: fingerprintWords(words) }
}

function wordEdges(text: string): Uint8Array {
  const edges = newEdges(text.length + 1)
  edges[0] = 1
  const wellFormed = text.replace(LONE_SURROGATE, '\ufffd')
  for (let from = 0; from < text.length; ) {
    const to = pieceEnd(wellFormed, from)
    let end = from
    for (const word of nodejieba.cut(from === 0 && to === text.length ? wellFormed : wellFormed.slice(from, to))) {
      end += word.length
      edges[end] = 1
    }
    from = to
  }
  return edges
}

function pieceEnd(text: string, from: number): number {
  const to = Math.min(from + PIECE_LENGTH, text.length)
  const splitsPair = to < text.length && text.charCodeAt(to) >= 0xdc00 && text.charCodeAt(to) < 0xe000
  return splitsPair ? to - 1 : to
}

function cutWords(text: string): Word[] {
  const words: Word[] = []
  const edges = wordEdges(text)
  let start = 0
  for (let end = 1; end <= text.length; end++) {
    if (edges[end] === 0) continue
    words.push({ text: text.slice(start, end), start, end })
    start = end
  }
  return words
}
