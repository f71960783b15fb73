import { allMatches } from '../all-matches.js'
import { chineseNumber, spokenDigits } from './chinese-number.js'
import type { Entity } from './entity.js'

const NUMBER = String.raw`(?:\d+(?:\.\d+)?[万千百]?|[零一二两三四五六七八九十百千万]+(?:点[零〇一二三四五六七八九]+)?万?)`
/** 三块五, 十二块八毛, 一百二十元五角, 28.5元, 1.2万元, 五毛钱 */
const AMOUNT = new RegExp(`(${NUMBER})(?:块钱?|元钱?)(?:零?([零一二两三四五六七八九\\d]{1,2})(?:[毛角]([一二三四五六七八九\\d])分?|[毛角]|分)?(?![\\d年月日点号天小分个]))?|(${NUMBER})[毛角]钱?`, 'gu')

/** Sums of money with their value in yuan. */
export function findAmounts(text: string): Entity[] {
  const found: Entity[] = []
  for (const match of allMatches(text, AMOUNT)) {
    const [whole, yuan, tail, fen, jiao] = match as (string | undefined)[]
    const value = jiao === undefined ? inYuan(yuan, tail, fen) : tenths(jiao)
    if (value === undefined || whole === undefined) continue
    found.push({ from: match.index, to: match.index + whole.length, value: { type: 'amount', yuan: value } })
  }
  return found
}

function inYuan(yuan: string | undefined, tail: string | undefined, fen: string | undefined): number | undefined {
  const value = yuan === undefined ? undefined : chineseNumber(yuan)
  if (value === undefined || tail === undefined) return value
  const digits = spokenDigits(tail)
  if (digits === undefined) return value
  const cents = digits.length === 1 ? Number(digits) * 10 + Number(fen === undefined ? 0 : (spokenDigits(fen) ?? 0)) : Number(digits)
  return Math.round(value * 100 + cents) / 100
}

function tenths(jiao: string): number | undefined {
  const value = chineseNumber(jiao)
  return value === undefined ? undefined : value / 10
}
