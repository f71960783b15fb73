import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'

/** A dictionary file that cannot be used; `line` is 1-based, 0 for the file as a whole. */
export class DictionaryError extends Error {
  readonly code = 'dictionary'
  constructor(
    readonly file: string,
    readonly line: number,
    readonly detail: string,
  ) {
    super(line > 0 ? `${file}:${line}: ${detail}` : `${file}: ${detail}`)
  }
}

export interface DictionaryWord {
  word: string
  tag: string
}

const MAX_WORD_LENGTH = 32
const WORD_LINE = /^(\S+)(?:\s+([a-z]+))?$/u

/**
 * A user dictionary: a word a line, optionally with a part-of-speech tag, `#` comments.
 * Throws a DictionaryError that names file and line.
 */
export function readDictionary(file: string): DictionaryWord[] {
  const words: DictionaryWord[] = []
  for (const [index, line] of readText(file).split(/\r?\n/u).entries()) {
    const content = line.replace(/#.*$/u, '').trim()
    if (content === '') continue
    const match = WORD_LINE.exec(content)
    if (match === null) throw new DictionaryError(file, index + 1, `expected "word [tag]", found "${content}"`)
    if (match[1].length > MAX_WORD_LENGTH) throw new DictionaryError(file, index + 1, `a word has at most ${MAX_WORD_LENGTH} characters`)
    words.push({ word: match[1], tag: match.at(2) ?? 'n' })
  }
  return words
}

/** Words and how often each was seen, side by side. */
export interface Frequencies {
  entries: string[]
  counts: number[]
}

/** A dictionary in jieba's format, "word count tag" a line. Throws a DictionaryError that names file and line. */
export function readFrequencies(file: string): Frequencies {
  const entries: string[] = []
  const counts: number[] = []
  const text = readText(file)
  let from = 0
  for (let line = 1; from < text.length; line++) {
    const newline = text.indexOf('\n', from)
    const to = newline < 0 ? text.length : newline
    const first = text.indexOf(' ', from)
    const second = text.indexOf(' ', first + 1)
    const count = Number(text.slice(first + 1, second))
    if (first <= from || second <= first || second >= to || !(count > 0)) throw new DictionaryError(file, line, `expected "word count tag", found "${text.slice(from, Math.min(to, from + 60))}"`)
    entries.push(text.slice(from, first))
    counts.push(count)
    from = to + 1
  }
  if (entries.length === 0) throw new DictionaryError(file, 1, 'the dictionary is empty')
  return { entries, counts }
}

function readText(file: string): string {
  if (!existsSync(file)) throw new DictionaryError(file, 0, 'the dictionary file is missing')
  if (!statSync(file).isFile()) throw new DictionaryError(file, 0, 'not a file')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch {
    throw new DictionaryError(file, 0, 'not UTF-8 text')
  }
}

export function fingerprintWords(words: readonly DictionaryWord[]): string {
  const hash = createHash('sha256')
  for (const { word, tag } of words) hash.update(`${word} ${tag}\n`)
  return hash.digest('hex')
}
