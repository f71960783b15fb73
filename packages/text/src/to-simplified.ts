import { Converter } from 'opencc-js/t2cn'

const FIRST_HAN = 0x3400
const LAST_HAN = 0x9fff

const convert = Converter({ from: 'tw', to: 'cn' })

/** Characters that the converter leaves, yet a recogniser in traditional script writes. */
const LEFTOVERS: readonly (readonly [string, string])[] = [
  ['甚么', '什么'],
  ['妳', '你'],
  ['祂', '他'],
  ['牠', '它'],
]

/** The particle of 什么 and 还有么, which the converter, away from the words it knows, takes for 幺 (one). */
const PARTICLE = '么'
const TAKEN_FOR = '幺'
/** Beside one of these it is the digit indeed. */
const DIGIT = /[零一二三四五六七八九幺么0-9]/u

const isTraditional = findTraditional()

function findTraditional(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = FIRST_HAN; code <= LAST_HAN; code++) {
    const character = String.fromCharCode(code)
    if (convert(character) !== character) table[code] = 1
  }
  for (const [from] of LEFTOVERS) table[from.charCodeAt(0)] = 1
  table[PARTICLE.charCodeAt(0)] = 0
  return table
}

/** True where a code unit has another form in simplified script. */
export function hasTraditional(code: number): boolean {
  return isTraditional[code] === 1
}

/**
 * Traditional → simplified, in words where the context decides (乾坤/干燥), of the same length as
 * the input: a conversion that would change the length is done character by character, and a
 * character whose own conversion would change it stays.
 */
export function toSimplified(text: string): string {
  let converted = convert(text)
  if (converted.length !== text.length) {
    converted = Array.from(text, (character) => {
      const simple = convert(character)
      return simple.length === character.length ? simple : character
    }).join('')
  }
  for (const [from, to] of LEFTOVERS) converted = converted.replaceAll(from, to)
  return converted.replaceAll(TAKEN_FOR, (unit, at: number) => (text[at] === PARTICLE && !DIGIT.test(text.slice(Math.max(0, at - 1), at) + text.slice(at + 1, at + 2)) ? PARTICLE : unit))
}
