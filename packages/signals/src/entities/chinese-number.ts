const DIGITS: Readonly<Record<string, number>> = {
  零: 0, 〇: 0, 一: 1, 幺: 1, 二: 2, 两: 2, 俩: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9,
}
const UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 }

export const NUMERAL = '[零〇一幺二两俩三四五六七八九十百千万亿半点]'

/** Digits of a spelt-out number (一三八零零 → 13800), or undefined where it is no plain row of digits. */
export function spokenDigits(text: string): string | undefined {
  let digits = ''
  for (const character of text) {
    if (character >= '0' && character <= '9') digits += character
    else if (character in DIGITS) digits += String(DIGITS[character])
    else return undefined
  }
  return digits
}

/**
 * The value of a Chinese, Arabic or mixed number: 一百二 = 120, 三千五 = 3500, 1.2万 = 12000,
 * 十五 = 15, 二点五 = 2.5, 两百零三 = 203, 二零二四 = 2024. Undefined where it is none.
 */
export function chineseNumber(text: string): number | undefined {
  const arabic = /^(\d+(?:\.\d+)?)(万|千|百|亿)?$/u.exec(text)
  if (arabic !== null) return round(Number(arabic[1]) * multiplier(arabic.at(2)))
  const [whole, ...fractions] = text.split('点')
  if (fractions.length > 1 || whole === '') return undefined
  const fraction = fractions.at(0)
  const value = wholeNumber(whole)
  if (value === undefined || fraction === undefined) return value
  const decimals = /^(.+?)([万亿])?$/u.exec(fraction)
  const digits = decimals === null ? undefined : spokenDigits(decimals[1])
  return digits === undefined || digits === '' ? undefined : round((value + Number(`0.${digits}`)) * multiplier(decimals?.at(2)))
}

function multiplier(unit: string | undefined): number {
  if (unit === '亿') return 1e8
  if (unit === '万') return 1e4
  if (unit === '千') return 1e3
  return unit === '百' ? 100 : 1
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function wholeNumber(text: string): number | undefined {
  const digits = spokenDigits(text)
  if (digits !== undefined) return digits === '' ? undefined : Number(digits)
  let total = 0
  let section = 0
  let digit: number | undefined
  let lastUnit = 0
  for (const character of text) {
    if (character in DIGITS) {
      if (digit !== undefined && digit !== 0) return undefined
      digit = DIGITS[character]
      if (digit === 0) lastUnit = 0
    } else if (character in UNITS) {
      const unit = UNITS[character]
      section += (digit ?? 1) * unit
      digit = undefined
      lastUnit = unit
    } else if (character === '万' || character === '亿') {
      const unit = character === '万' ? 1e4 : 1e8
      total = (total + section + (digit ?? (section === 0 ? 1 : 0))) * unit
      section = 0
      digit = undefined
      lastUnit = unit
    } else {
      return undefined
    }
  }
  // 一百二 is 120 and 三千五 is 3500, but 一百零二 is 102.
  if (digit !== undefined) section += lastUnit >= 100 ? (digit * lastUnit) / 10 : digit
  return total + section
}
