import { pinyin } from 'pinyin-pro'

const FIRST_HAN = 0x4e00
const LAST_HAN = 0x9fff

/** Codes below this are kept for units that are no Han character. */
const FIRST_SYLLABLE = 2

/** Distinctions that recognisers lose: flat and curled initials, front and back nasals after i and e. */
function asHeard(syllable: string): string {
  return syllable.replace(/^([zcs])h/, '$1').replace(/(i|e)ng$/, '$1n')
}

/** The sound of every Han character as a small number; characters that sound alike share it. */
export class SyllableTable {
  private readonly table = new Uint16Array(0x10000)

  /** Takes about 130 ms: once, when a rubric is compiled. */
  constructor() {
    const numbers = new Map<string, number>()
    for (let code = FIRST_HAN; code <= LAST_HAN; code++) {
      const syllable = asHeard(pinyin(String.fromCharCode(code), { toneType: 'none' }))
      let number = numbers.get(syllable)
      if (number === undefined) {
        number = FIRST_SYLLABLE + numbers.size
        numbers.set(syllable, number)
      }
      this.table[code] = number
    }
  }

  /** 0 where the unit is no Han character. */
  of(code: number): number {
    return this.table[code]
  }

  /** Writes the sounds of `codes` to `into` and returns it. */
  read(codes: Uint16Array, length: number, into: Uint16Array): Uint16Array {
    for (let i = 0; i < length; i++) into[i] = this.table[codes[i]]
    return into
  }
}
