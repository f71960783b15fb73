import { allMatches } from '../all-matches.js'
import { beijingTime } from '../beijing.js'
import { chineseNumber } from './chinese-number.js'
import type { Entity } from './entity.js'

const SMALL = String.raw`(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})`
const RELATIVE_DAY: Readonly<Record<string, number>> = { 大前天: -3, 前天: -2, 昨天: -1, 昨晚: -1, 今天: 0, 今晚: 0, 今早: 0, 明天: 1, 明早: 1, 明晚: 1, 后天: 2, 大后天: 3, 今儿: 0, 今日: 0, 明儿: 1, 后儿: 2, 昨儿: -1 }
const DAY = new RegExp(
  `(大前天|大后天|前天|昨天|昨晚|今天|今晚|今早|明天|明早|明晚|后天|今儿|今日|明儿|后儿|昨儿)|((?:上|下)*个?)(?:周|星期|礼拜)([一二三四五六日天])|(?:(\\d{4})年)?(${SMALL})月份?(${SMALL})[号日]|((?:上|下|本|这)个?月)?(${SMALL})号(?!楼|线|店|窗|院|套|栋|门|机|码|单)`,
  'gu',
)
const TIME = new RegExp(
  `(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|今早|明早|今晚|明晚|昨晚)?(${SMALL})(?:点钟?|:)(?:(半)|(一刻|三刻)|(${SMALL})分?)?(?!点)`,
  'gu',
)
const DAY_MS = 86_400_000

/**
 * Dates (`YYYY-MM-DD`), reckoned from the day of `startedAt` in Beijing. 下周三 is Wednesday of next week
 * (weeks start on Monday), 三号 the third of the month of the call.
 */
export function findDays(text: string, startedAt: string): Entity[] {
  const today = Date.parse(beijingTime(startedAt).day)
  return allMatches(text, DAY).flatMap((match) => {
    const time = dayOf(match, today)
    if (time === undefined) return []
    return [{ from: match.index, to: match.index + match[0].length, value: { type: 'date', day: new Date(time).toISOString().slice(0, 10) } as const }]
  })
}

function dayOf([, relative, weeks, weekday, year, month, day, monthWord, dayOfMonth]: (string | undefined)[], today: number): number | undefined {
  if (relative !== undefined) return today + RELATIVE_DAY[relative] * DAY_MS
  if (weekday !== undefined) return today + weekdayOffset(today, weeks ?? '', weekday) * DAY_MS
  const date = new Date(today)
  const number = chineseNumber(day ?? dayOfMonth ?? '')
  if (number === undefined || number < 1 || number > 31) return undefined
  if (month === undefined) return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthShift(monthWord), number)
  const monthNumber = chineseNumber(month)
  if (monthNumber === undefined || monthNumber < 1 || monthNumber > 12) return undefined
  return Date.UTC(year === undefined ? date.getUTCFullYear() : Number(year), monthNumber - 1, number)
}

function monthShift(word: string | undefined): number {
  if (word?.startsWith('上') === true) return -1
  return word?.startsWith('下') === true ? 1 : 0
}

function weekdayOffset(today: number, weeks: string, weekday: string): number {
  const target = '一二三四五六日天'.indexOf(weekday) % 7
  const monday = target === 0 && weekday === '天' ? 6 : target
  const current = (new Date(today).getUTCDay() + 6) % 7
  const shift = weeks.split('下').length - weeks.split('上').length
  return monday - current + shift * 7
}

/** Times of day in minutes since midnight. */
export function findTimes(text: string): Entity[] {
  return allMatches(text, TIME).flatMap((match) => {
    const [, half, hourText, isHalf, quarter, minuteText] = match as (string | undefined)[]
    const hour = chineseNumber(hourText ?? '')
    if (hour === undefined || hour > 24) return []
    const minutes = isHalf !== undefined ? 30 : quarter !== undefined ? (quarter === '一刻' ? 15 : 45) : minuteText === undefined ? 0 : chineseNumber(minuteText)
    if (minutes === undefined || minutes > 59) return []
    const afternoon = half !== undefined && /下午|傍晚|晚/u.test(half) && hour < 12
    const noon = half === '中午' && hour < 3
    return [{ from: match.index, to: match.index + match[0].length, value: { type: 'time', minutes: (hour + (afternoon || noon ? 12 : 0)) * 60 + minutes } as const }]
  })
}
