import { arrayPool } from './array-pool.js'
import { DIALECT_STARTS, dialectAt } from './dialect.js'

const newCodes = arrayPool((length) => new Uint16Array(length))
const newOffsets = arrayPool((length) => new Uint32Array(length))

/** Ends a sentence: no phrase runs across it. */
export const HARD_STOP = 1

/** In the table of folds: a character that may be dialect, which its neighbours decide. */
const PERHAPS_DIALECT = 2

const DROPPED_PARTICLES = '嗯呃啊呀哦噢喔诶欸哇呐嘛嘞咯喽哈啦噻哩㗎齁'
const HARD_STOPS = '。？！；?!;\n'
const STUTTERED = '我你他这那就是请对的要可有没再先帮给'
const SAME: readonly (readonly [string, string])[] = [
  ['您', '你'],
  ['俩', '两'],
  ['她', '他'],
  ['它', '他'],
  ['哪', '那'],
]

const PLAIN = buildFold()
/** The same, dialect marked. */
const FOLD = PLAIN.slice()
for (const code of DIALECT_STARTS) FOLD[code] = PERHAPS_DIALECT
const STUTTER = new Set(Array.from(STUTTERED, (character) => character.charCodeAt(0)))

/** 0: dropped; otherwise the unit that is matched. */
function buildFold(): Uint16Array {
  const table = new Uint16Array(0x10000)
  for (let code = 0; code < 0x10000; code++) table[code] = /[\p{P}\p{S}\p{Z}\p{C}]/u.test(String.fromCharCode(code)) ? 0 : code
  for (let code = 0xd800; code < 0xe000; code++) table[code] = code
  for (const character of DROPPED_PARTICLES) table[character.charCodeAt(0)] = 0
  for (const character of HARD_STOPS) table[character.charCodeAt(0)] = HARD_STOP
  for (const [from, to] of SAME) table[from.charCodeAt(0)] = to.charCodeAt(0)
  return table
}

/**
 * What phrases and n-grams are matched on: punctuation, spaces, particles and stutters (我我我) are
 * gone, 您 reads 你 and 唔使 不用; `at[i]` is the offset of unit `i` in the normalised text.
 */
export interface MatchView {
  codes: Uint16Array
  at: Uint32Array
  length: number
}

export function matchView(text: string): MatchView {
  const codes = newCodes(text.length)
  const at = newOffsets(text.length)
  let length = 0
  let previous = 0
  const append = (code: number, i: number): void => {
    if (code === 0 || (code === previous && (code === HARD_STOP || STUTTER.has(code)))) return
    codes[length] = code
    at[length++] = i
    previous = code
  }
  for (let i = 0; i < text.length; i++) {
    const code = FOLD[text.charCodeAt(i)]
    const reading = code === PERHAPS_DIALECT ? dialectAt(text, i) : undefined
    if (reading === undefined) append(code === PERHAPS_DIALECT ? PLAIN[text.charCodeAt(i)] : code, i)
    else {
      for (let j = 0; j < reading.length; j++) append(PLAIN[reading.charCodeAt(j)], i + j)
      i += reading.length - 1
    }
  }
  return { codes, at, length }
}

/** A pattern's literal folded as texts are, so that the two meet. */
export function foldLiteral(text: string): string {
  const view = matchView(text)
  return String.fromCharCode(...view.codes.subarray(0, view.length)).replaceAll(String.fromCharCode(HARD_STOP), '')
}
