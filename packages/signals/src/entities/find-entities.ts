import { allMatches } from '../all-matches.js'
import { Cues } from '../cues.js'
import type { EntityType } from '../occurrence.js'
import { unitTable } from '../unit-table.js'
import { findAmounts } from './amounts.js'
import { chineseNumber, spokenDigits } from './chinese-number.js'
import type { Entity } from './entity.js'
import { findDays, findTimes } from './moments.js'

const NUMBER = String.raw`(?:\d+(?:\.\d+)?[万千百亿]?|[零〇一幺二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?万?)`
const DURATION = new RegExp(`(${NUMBER}|半)个?(半)?(秒钟?|分钟|分|刻钟|小时|钟头|天|日|周|星期|礼拜|月|年)(?!费|租|套|卡)`, 'gu')
/** Rows of digits, read out or typed: phone, card and order numbers; not what is counted in something. */
const PHONE = /(?<![\d.点])(?:[0-9零〇一幺二三四五六七八九][\s-]?){4,18}(?![\d元块毛角分万千百十.点年月日号天个小折兆%])/gu
const LEAST_DIGITS = 4
const OF_ROWS = unitTable(/[0-9零〇一幺二三四五六七八九*]/u)
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
  /** `mayHoldRow` tells. */
  phone: [],
}
const NAME = new RegExp(`(?:我(?:叫|是)|名字(?:是|叫)|姓名是?|机主(?:是|叫)|免贵姓|我姓)([${FAMILY}][\\u4e00-\\u9fff]{0,2})`, 'gu')

const SECONDS: Readonly<Record<string, number>> = {
  秒: 1, 秒钟: 1, 分: 60, 分钟: 60, 刻钟: 900, 小时: 3600, 钟头: 3600, 天: 86_400, 日: 86_400,
  周: 604_800, 星期: 604_800, 礼拜: 604_800, 月: 2_592_000, 年: 31_536_000,
}

/** Kinds of entities, the longer and more telling readings first: of words that two could claim the first has them. */
const KINDS: readonly { type: EntityType; find: (text: string, startedAt: string) => readonly Entity[] }[] = [
  { type: 'phone', find: findPhones },
  { type: 'date', find: findDays },
  { type: 'time', find: findTimes },
  { type: 'amount', find: findAmounts },
  { type: 'duration', find: findDurations },
  { type: 'name', find: findNames },
  { type: 'number', find: findNumbers },
]

/**
 * Amounts, dates, times of day, durations, phone numbers, names and other numbers in a normalised
 * text; relative dates are reckoned from `startedAt` (ISO 8601). Kinds are looked for as they are asked for.
 */
export class EntityFinder {
  private found: readonly Entity[] = NONE
  private readonly cues: number
  /** Kinds looked for so far. */
  private done = 0

  constructor(
    private readonly text: string,
    private readonly startedAt: string,
  ) {
    this.cues = CUES.in(text)
  }

  /** Those of the types, in order. */
  find(types: readonly EntityType[]): readonly Entity[] {
    let last = -1
    for (const type of types) if (isPossible(type, this.cues)) last = Math.max(last, KINDS.findIndex((kind) => kind.type === type))
    while (this.done <= last) this.claim(KINDS[this.done++])
    return this.found.length === 0 || last < 0 ? NONE : this.found.filter(({ value }) => types.includes(value.type))
  }

  private claim({ type, find }: (typeof KINDS)[number]): void {
    if (!isPossible(type, this.cues)) return
    const found = find(this.text, this.startedAt)
    if (found.length === 0) return
    const free = found.filter((entity) => !this.found.some(({ from, to }) => entity.from < to && from < entity.to))
    this.found = [...this.found, ...free].sort((a, b) => a.from - b.from)
  }
}

const NONE: readonly Entity[] = []

function isPossible(type: EntityType, cues: number): boolean {
  for (const groups of NEEDS[type]) if ((cues & groups) === 0) return false
  return true
}

/** Private numbers are masked in what is stored: one number is then like another. */
const MASKED = /\*{4,}/gu
const MASKED_DIGITS = '*'.repeat(11)

/** The phone, card and order numbers of a text. */
function findPhones(text: string): readonly Entity[] {
  if (!mayHoldRow(text)) return NONE
  const masked = allMatches(text, MASKED).map(({ index, 0: stars }): Entity => ({ from: index, to: index + stars.length, value: { type: 'phone', digits: MASKED_DIGITS } }))
  const read = allMatches(text, PHONE).flatMap((match): Entity[] => {
    const words = match[0].trimEnd()
    const digits = spokenDigits(words.replace(/[\s-]/gu, ''))
    return digits === undefined ? [] : [{ from: match.index, to: match.index + words.length, value: { type: 'phone', digits } }]
  })
  return [...masked, ...read]
}

/** Whether a text has as many digits or stars as the shortest row of them. */
function mayHoldRow(text: string): boolean {
  let units = 0
  for (let i = 0; i < text.length && units < LEAST_DIGITS; i++) units += OF_ROWS[text.charCodeAt(i)]
  return units >= LEAST_DIGITS
}

function findDurations(text: string): Entity[] {
  return allMatches(text, DURATION).flatMap((match) => {
    const count = match[1] === '半' ? 0.5 : chineseNumber(match[1])
    if (count === undefined) return []
    const seconds = (count + (match.at(2) === '半' ? 0.5 : 0)) * SECONDS[match[3]]
    return [{ from: match.index, to: match.index + match[0].length, value: { type: 'duration', seconds } as const }]
  })
}

function findNames(text: string): Entity[] {
  return allMatches(text, NAME).map((match) => {
    const from = match.index + match[0].length - match[1].length
    return { from, to: from + match[1].length, value: { type: 'name', name: match[1] } as const }
  })
}

function findNumbers(text: string): Entity[] {
  return allMatches(text, PLAIN_NUMBER).flatMap((match) => {
    const value = chineseNumber(match[0])
    return value === undefined ? [] : [{ from: match.index, to: match.index + match[0].length, value: { type: 'number', value } as const }]
  })
}
