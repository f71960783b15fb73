import { beijingTime } from './beijing.js'

export const FESTIVALS = ['元旦', '春节', '劳动节', '国庆节'] as const
export type Festival = (typeof FESTIVALS)[number]

const LUNAR = new Intl.DateTimeFormat('en-u-ca-chinese', { month: 'numeric', day: 'numeric', timeZone: 'Asia/Shanghai' })
const DAY_MS = 86_400_000
/** Spring Festival: from New Year's Eve through the seventh day of the first lunar month. */
const LAST_SPRING_DAY = 7

const cache = new Map<string, Festival | undefined>()

/** The festival of a moment's day in Beijing time: 元旦 1–3 Jan, 劳动节 1–5 May, 国庆节 1–7 Oct, 春节 by the lunar calendar. */
export function festivalOn(startedAt: string): Festival | undefined {
  const { day } = beijingTime(startedAt)
  if (!cache.has(day)) {
    if (cache.size > 4000) cache.clear()
    cache.set(day, findFestival(Date.parse(startedAt), day))
  }
  return cache.get(day)
}

function findFestival(time: number, date: string): Festival | undefined {
  const [, month, day] = date.split('-').map(Number)
  if (month === 1 && day <= 3) return '元旦'
  if (month === 5 && day <= 5) return '劳动节'
  if (month === 10 && day <= 7) return '国庆节'
  const [lunarMonth, lunarDay] = lunar(time)
  const [tomorrowMonth, tomorrowDay] = lunar(time + DAY_MS)
  const isEve = tomorrowMonth === 1 && tomorrowDay === 1
  return isEve || (lunarMonth === 1 && lunarDay <= LAST_SPRING_DAY) ? '春节' : undefined
}

function lunar(time: number): [number, number] {
  const parts = LUNAR.formatToParts(time)
  const month = parts.find(({ type }) => type === 'month')?.value ?? ''
  // A leap month ("1bis") is no first month.
  return [/^\d+$/u.test(month) ? Number(month) : 0, Number(parts.find(({ type }) => type === 'day')?.value)]
}
