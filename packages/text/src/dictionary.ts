import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

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

const HEAD_BYTES = 4096

/** Fails where the native segmenter would abort the whole process: missing, empty, no text. Reads the head of the file. */
export function checkDictionaryFile(file: string, fields: number): void {
  checkIsFile(file)
  const head = Buffer.alloc(HEAD_BYTES)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, head, 0, HEAD_BYTES, 0)
  closeSync(descriptor)
  const [firstLine] = decode(file, head.subarray(0, length), true).split('\n')
  if (firstLine.trim() === '') throw new DictionaryError(file, 1, 'the dictionary is empty')
  if (fields > 0 && firstLine.trim().split(/\s+/u).length !== fields) {
    throw new DictionaryError(file, 1, `expected ${fields} fields a line, found "${firstLine.slice(0, 60)}"`)
  }
}

function checkIsFile(file: string): void {
  if (!existsSync(file)) throw new DictionaryError(file, 0, 'the dictionary file is missing')
  if (!statSync(file).isFile()) throw new DictionaryError(file, 0, 'not a file')
}

function decode(file: string, bytes: Uint8Array, isHead: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isHead })
  } catch {
    throw new DictionaryError(file, 0, 'not UTF-8 text')
  }
}

function readText(file: string): string {
  checkIsFile(file)
  return decode(file, readFileSync(file), false)
}

export function fingerprintWords(words: readonly DictionaryWord[]): string {
  const hash = createHash('sha256')
  for (const { word, tag } of words) hash.update(`${word} ${tag}\n`)
  return hash.digest('hex')
}
