import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { FaultError, type FaultText } from '@yuzhi/schemas'

/** A dictionary file that cannot be used; `line` is 1-based, 0 for the file as a whole. */
export class DictionaryError extends FaultError {
  readonly code = 'dictionary'
  constructor(
    readonly file: string,
    readonly line: number,
    { message, zh }: FaultText,
  ) {
    const place = line > 0 ? `${file}:${line}` : file
    super({ message: `${place}: ${message}`, zh: `${place}: ${zh}` })
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
    if (match === null) throw new DictionaryError(file, index + 1, { message: `expected "word [tag]", found "${content}"`, zh: `每行要写“词 [词性]”，写的是 “${content}”` })
    if (match[1].length > MAX_WORD_LENGTH) throw new DictionaryError(file, index + 1, { message: `a word has at most ${MAX_WORD_LENGTH} characters`, zh: `一个词最多 ${MAX_WORD_LENGTH} 个字` })
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
    if (first <= from || second <= first || second >= to || !(count > 0)) {
      const found = text.slice(from, Math.min(to, from + 60))
      throw new DictionaryError(file, line, { message: `expected "word count tag", found "${found}"`, zh: `每行要写“词 次数 词性”，写的是 “${found}”` })
    }
    entries.push(text.slice(from, first))
    counts.push(count)
    from = to + 1
  }
  if (entries.length === 0) throw new DictionaryError(file, 1, { message: 'the dictionary is empty', zh: '词典是空的' })
  return { entries, counts }
}

function readText(file: string): string {
  if (!existsSync(file)) throw new DictionaryError(file, 0, { message: 'the dictionary file is missing', zh: '没有这个词典文件' })
  if (!statSync(file).isFile()) throw new DictionaryError(file, 0, { message: 'not a file', zh: '不是文件' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch {
    throw new DictionaryError(file, 0, { message: 'not UTF-8 text', zh: '不是 UTF-8 文本' })
  }
}

export function fingerprintWords(words: readonly DictionaryWord[]): string {
  const hash = createHash('sha256')
  for (const { word, tag } of words) hash.update(`${word} ${tag}\n`)
  return hash.digest('hex')
}
