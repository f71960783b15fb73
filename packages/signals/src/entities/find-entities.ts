import type { EntityType } from '../occurrence.js'
import type { Entity } from './entity.js'
import { findAmounts } from './amounts.js'
import { Cues } from '../cues.js'
import { findDays, findTimes } from './moments.js'
import { chineseNumber, spokenDigits } from './chinese-number.js'

const NUMBER = String.raw`(?:\d+(?:\.\d+)?[万千百亿]?|[零〇一幺二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?万?)`
const DURATION = new RegExp(`(${NUMBER}|半)个?(半)?(秒钟?|分钟|分|刻钟|小时|钟头|天|日|周|星期|礼拜|月|年)(?!费|租|套|卡)`, 'gu')
/** Rows of digits, read out or typed: phone, card and order numbers; not what is counted in something. */
const PHONE = /(?<![\d.点])(?:[0-9零〇一幺二三四五六七八九][\s-]?){4,18}(?![\d元块毛角分万千百十.点年月日号天个小折兆%])/gu
const PLAIN_NUMBER = new RegExp(NUMBER, 'gu')
/** The hundred most frequent family names. */
const FAMILY =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤'
/** Characters without which no entity of a kind can be there: most texts need not be read for most kinds. */
const CUES = new Cues({
  numeral: '0123456789零〇一幺二两俩三四五六七八九十百千万亿',
  half: '半',
  day: '昨今明前后周星礼号日',
  clock: '点:',
  money: '块元毛角',
  duration: '秒分刻时钟天日周期拜月年',
  name: '叫姓是',
})
const { numeral: NUMERAL, half: HALF, day: OF_DAYS, clock: OF_CLOCKS, money: OF_MONEY, duration: OF_DURATIONS, name: OF_NAMES } = CUES.bits
/** Groups of characters of which an entity needs one each. */
const NEEDS: Readonly<Record<EntityType, readonly number[]>> = {
  date: [OF_DAYS],
  time: [NUMERAL, OF_CLOCKS],
  amount: [NUMERAL, OF_MONEY],
  duration: [NUMERAL | HALF, OF_DURATIONS],
  name: [OF_NAMES],
  number: [NUMERAL],
  /** Masked ones hold no digit. */
  phone: [],
}
const NAME = new RegExp(`(?:我(?:叫|是)|名字(?:是|叫)|姓名是?|机主(?:是|叫)|免贵姓|我姓)([${FAMILY}][\\u4e00-\\u9fff]{0,2})`, 'gu')

const SECONDS: Readonly<Record<string, number>> = {
  秒: 1, 秒钟: 1, 分: 60, 分钟: 60, 刻钟: 900, 小时: 3600, 钟头: 3600, 天: 86_400, 日: 86_400,
  周: 604_800, 星期: 604_800, 礼拜: 604_800, 月: 2_592_000, 年: 31_536_000,
}

/**
 * Amounts, dates, times of day, durations, phone numbers, names and other numbers in a normalised
 * text; relative dates are reckoned from `startedAt` (ISO 8601).
 * Longer and more telling readings win over plain numbers they contain.
 */
export function findEntities(text: string, startedAt: string, phones: readonly Entity[] = findPhones(text)): Entity[] {
  const cues = CUES.in(text)
  const found: Entity[] = []
  const claim = (entities: readonly Entity[]): void => {
    for (const entity of entities) {
      if (!found.some(({ from, to }) => entity.from < to && from < entity.to)) found.push(entity)
    }
  }
  claim(phones)
  if (isPossible('date', cues)) claim(findDays(text, startedAt))
  if (isPossible('time', cues)) claim(findTimes(text))
  if (isPossible('amount', cues)) claim(findAmounts(text))
  if (isPossible('duration', cues)) claim(findDurations(text))
  if (isPossible('name', cues)) claim(findNames(text))
  if (isPossible('number', cues)) claim(findNumbers(text))
  return found.sort((a, b) => a.from - b.from)
}

/** Do the characters of a text leave it possible that it holds an entity of one of the types? */
export function mayHold(text: string, types: readonly EntityType[]): boolean {
  const cues = CUES.in(text)
  return types.some((type) => isPossible(type, cues))
}

function isPossible(type: EntityType, cues: number): boolean {
  return NEEDS[type].every((groups) => (cues & groups) !== 0)
}

/** Private numbers are masked in what is stored: one number is then like another. */
const MASKED = /\*{4,}/gu
const MASKED_DIGITS = '*'.repeat(11)

/** The phone, card and order numbers of a text. */
export function findPhones(text: string): Entity[] {
  const masked = [...text.matchAll(MASKED)].map(({ index, 0: stars }): Entity => ({ from: index, to: index + stars.length, value: { type: 'phone', digits: MASKED_DIGITS } }))
  const read = [...text.matchAll(PHONE)].flatMap((match): Entity[] => {
    const words = match[0].trimEnd()
    const digits = spokenDigits(words.replace(/[\s-]/gu, ''))
    return digits === undefined ? [] : [{ from: match.index, to: match.index + words.length, value: { type: 'phone', digits } }]
  })
  return [...masked, ...read]
}

function findDurations(text: string): Entity[] {
  return [...text.matchAll(DURATION)].flatMap((match) => {
    const count = match[1] === '半' ? 0.5 : chineseNumber(match[1])
    if (count === undefined) return []
    const seconds = (count + (match.at(2) === '半' ? 0.5 : 0)) * SECONDS[match[3]]
    return [{ from: match.index, to: match.index + match[0].length, value: { type: 'duration', seconds } as const }]
  })
}

function findNames(text: string): Entity[] {
  return [...text.matchAll(NAME)].map((match) => {
    const from = match.index + match[0].length - match[1].length
    return { from, to: from + match[1].length, value: { type: 'name', name: match[1] } as const }
  })
}

function findNumbers(text: string): Entity[] {
  return [...text.matchAll(PLAIN_NUMBER)].flatMap((match) => {
    const value = chineseNumber(match[0])
    return value === undefined ? [] : [{ from: match.index, to: match.index + match[0].length, value: { type: 'number', value } as const }]
  })
}
