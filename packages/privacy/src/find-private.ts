import { isCardNumber, isIdNumber, isLandlineNumber, isMobileNumber, looksLikeIdNumber } from './check-digits.js'
import { digitSegments, type Segment } from './digit-segments.js'
import { fold } from './fold.js'

export const PRIVATE_KINDS = ['phone', 'id_card', 'bank_card', 'plate', 'email'] as const
export type PrivateKind = (typeof PRIVATE_KINDS)[number]

/** Private words in a turn; UTF-16 offsets into its text. A number over several turns has one span in each. */
export interface PrivateSpan {
  turn: number
  start: number
  end: number
  kind: PrivateKind
}

/** By strength of their check: what is no identity number may still be a card. */
const NUMBERS: readonly { kind: PrivateKind; accepts: (digits: string) => boolean; isStrong: boolean }[] = [
  { kind: 'id_card', accepts: isIdNumber, isStrong: true },
  { kind: 'id_card', accepts: looksLikeIdNumber, isStrong: false },
  { kind: 'bank_card', accepts: isCardNumber, isStrong: false },
  { kind: 'phone', accepts: isMobileNumber, isStrong: false },
  { kind: 'phone', accepts: isLandlineNumber, isStrong: false },
]
/** The shortest of them, a number of the landline or a mobile phone, has so many digits; the longest so many. */
const MIN_DIGITS = 11
const MAX_DIGITS = 19
/** A number that is announced as one of these is no phone and no card. */
const OTHER_WORDS = '订单|工单|单号|流水|编号|编码|序列|发票|运单|快递|物流|条码|合同|批次|料号|型号|版本|案号|房号|户号|表号|资产|设备|串号|凭证|交易|受理|服务单|保单|票号'
const OTHER_NUMBER = new RegExp(`(?:${OTHER_WORDS})[^,，。；;]{0,6}$`, 'u')
const NAMES_OTHER = new RegExp(OTHER_WORDS, 'u')
/** What a row of digits is said or asked to be; then it is one, right or misheard. */
const ANNOUNCED: readonly { kind: PrivateKind; words: RegExp }[] = [
  { kind: 'id_card', words: /身份证|身分证|证件号/u },
  { kind: 'bank_card', words: /银行卡|储蓄卡|信用卡|借记卡|工资卡|卡号|银行账号/u },
]
/** Digits of such a row: one or two may be lost; with so many it may be whole. */
const LEAST_DIGITS = 15
const WHOLE_DIGITS = 16
/** How far before it the words may stand in its own turn, and in how many turns before. */
const ANNOUNCED_WITHIN = 24
const ANNOUNCED_TURNS = 2
const PHONE_WORD = /(?:电话|手机|号码|联系|座机|打)[^,，。；;]{0,8}$/u
/** An extension belongs to the number it follows. */
const EXTENSION = /^[\s,，]*(?:转|分机号?|[\s是])+[0-9零一幺二两三四五六七八九]{1,6}/u

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
/** Provinces whose sign is also a word: 新P60086 may be a product. */
const WORDS_TOO = /^[新云青贵宁黑川吉藏]/u
const ABOUT_CARS = /车|牌|停|挪|闸|开的|辆|库/u
const PLATE_UNIT = '[a-hj-np-z0-9零一幺二两三四五六七八九]'
const PAUSE = '[\\s·.\\-,，、嗯啊呃]*'
/** Between the turns that a plate or an address is spread over. */
const BORDER = '\n'
const PLATE_BORDER = `(?:${PAUSE}${BORDER}[嗯啊呃是后面,，\\s]*|${PAUSE})`
const PLATE = new RegExp(`[${PROVINCES}]${PAUSE}[a-hj-np-z]${PLATE_BORDER}(?:${PLATE_UNIT}${PLATE_BORDER}){4,5}(?:[学警港澳挂]|${PLATE_UNIT})(?![a-z0-9])`, 'gu')
/** A plate holds digits; product names in letters alone are none. */
const HOLDS_DIGITS = /(?:[0-9零一幺二两三四五六七八九][^]*){2}/u

const EMAIL_UNIT = '[a-z0-9零一幺二两三四五六七八九._+\\-]'
const EMAIL_NAME = `${EMAIL_UNIT}(?:${EMAIL_UNIT}|[\\s嗯啊呃]{1,3}${EMAIL_UNIT}|点|杠|下划线){0,40}`
const AT = '(?:@|艾特|爱特|圈a|圈圈a|小老鼠|\\bat\\b)'
const EMAIL_BORDER = `\\s*(?:${BORDER}[^a-z0-9@${BORDER}]{0,6})?`
const DOT = '(?:[.。点]|\\bdot\\b)'
const DOMAIN = '(?:扣扣|网易|新浪|[a-z0-9零一幺二两三四五六七八九][a-z0-9零一幺二两三四五六七八九\\-]{0,30})'
const ENDING = '(?:com|cn|net|org|edu|gov|io|cc|vip|me|康姆|扣姆|抗母|看姆)'
const EMAIL = new RegExp(`${EMAIL_NAME}${EMAIL_BORDER}${AT}\\s*${DOMAIN}(?:\\s*${DOT}\\s*${DOMAIN})*?\\s*${DOT}\\s*${ENDING}(?:\\s*${DOT}\\s*cn)?(?![a-z])`, 'gu')
/** Turns in between that a plate or an address may be spread over. */
const MAX_SPREAD = 2

/** A turn, folded. */
interface Text {
  folded: string
  role: string
  holdsAt: boolean
  beginsPlate: boolean
}

/** A number that is read out has two digits together somewhere. */
const HOLDS_DIGIT_PAIR = /[0-9零一幺二两三四五六七八九][\s-]?[0-9零一幺二两三四五六七八九]/u
const HOLDS_AT = new RegExp(AT, 'u')
const BEGINS_PLATE = new RegExp(`[${PROVINCES}](?:${PAUSE}[a-z]|$)`, 'u')

function textOf(role: string, folded: string): Text {
  return { role, folded, holdsAt: HOLDS_AT.test(folded), beginsPlate: BEGINS_PLATE.test(folded) }
}

/** Private data in the turns of a call, in order. Nothing overlaps. */
export function findPrivate(turns: readonly { role: string; text: string }[], kinds: readonly PrivateKind[] = PRIVATE_KINDS): PrivateSpan[] {
  const texts = turns.map(({ role, text }) => textOf(role, fold(text)))
  const spans: PrivateSpan[] = []
  const add = (span: PrivateSpan): void => {
    if (kinds.includes(span.kind) && !spans.some((other) => other.turn === span.turn && span.start < other.end && other.start < span.end)) spans.push(span)
  }
  for (const turn of texts.keys()) for (const span of wordsIn(turn, texts)) add(span)
  if (texts.some(({ folded }) => HOLDS_DIGIT_PAIR.test(folded))) for (const span of numbersIn(digitSegments(texts, MIN_DIGITS), texts)) add(span)
  return spans.sort((a, b) => a.turn - b.turn || a.start - b.start)
}

/** Plates and addresses in a turn, and those that begin in it and end in a later one. */
function wordsIn(turn: number, texts: readonly Text[]): PrivateSpan[] {
  const spans: PrivateSpan[] = []
  const { folded, beginsPlate } = texts[turn]
  const mayBeginEmail = texts.slice(turn, turn + 1 + MAX_SPREAD).some(({ holdsAt }) => holdsAt)
  for (const [pattern, kind] of [[EMAIL, 'email'], [PLATE, 'plate']] as const) {
    if (!(kind === 'plate' ? beginsPlate : mayBeginEmail)) continue
    for (const { index, 0: words } of folded.matchAll(pattern)) {
      if (kind === 'email' || isPlate(words, turn, texts)) spans.push({ turn, start: index, end: index + words.trimEnd().length, kind })
    }
    for (let next = turn + 1; next <= turn + MAX_SPREAD && next < texts.length; next++) {
      for (const { index, 0: words } of `${folded}\n${texts[next].folded}`.matchAll(pattern)) {
        const border = words.indexOf('\n')
        if (border < 0 || spans.length > 0 || (kind === 'plate' && !isPlate(words, turn, texts))) continue
        const [first, second] = [words.slice(0, border).trimEnd(), words.slice(border + 1)]
        const skipped = /^[^a-z0-9@零一幺二两三四五六七八九艾爱圈小]*/u.exec(second)?.[0].length ?? 0
        spans.push({ turn, start: index, end: index + first.length, kind }, { turn: next, start: skipped, end: second.trimEnd().length, kind })
      }
    }
  }
  return spans
}

function isPlate(words: string, turn: number, texts: readonly Text[]): boolean {
  if (!HOLDS_DIGITS.test(words)) return false
  return !WORDS_TOO.test(words) || /[a-z][^a-z]+[a-z]/u.test(words) || texts.slice(Math.max(0, turn - 1), turn + 1).some(({ folded }) => ABOUT_CARS.test(folded))
}

function numbersIn(segments: readonly Segment[], texts: readonly Text[]): PrivateSpan[] {
  const spans: PrivateSpan[] = []
  for (let first = 0; first < segments.length; ) {
    const found = numberAt(segments, first, texts)
    if (found === undefined) {
      first++
      continue
    }
    spans.push(...spansOf(found.segments, found.kind, texts))
    first = found.last + 1
  }
  return spans
}

interface Found {
  kind: PrivateKind
  segments: readonly Segment[]
  last: number
}

/** The strongest kind of number that begins with segment `first`: tightly joined segments before loosely joined ones. */
function numberAt(segments: readonly Segment[], first: number, texts: readonly Text[]): Found | undefined {
  const { turn, start } = segments[first]
  const before = texts[turn].folded.slice(Math.max(0, start - 14), start)
  const isOther = OTHER_NUMBER.test(before) && !PHONE_WORD.test(before)
  for (const isLoose of [false, true]) {
    for (const { kind, accepts, isStrong } of NUMBERS) {
      if (isOther && !isStrong) continue
      const found = readNumber(segments, first, accepts, isLoose)
      if (found !== undefined) return { kind, ...found }
    }
  }
  const kind = announcedKind(segments[first], texts)
  return kind === undefined || isOther ? undefined : readAnnounced(segments, first, kind)
}

/** The newest announcement counts. */
function announcedKind({ turn, start }: Segment, texts: readonly Text[]): PrivateKind | undefined {
  const turnsBefore = texts.slice(Math.max(0, turn - ANNOUNCED_TURNS), turn).map(({ folded }) => folded).reverse()
  for (const text of [texts[turn].folded.slice(Math.max(0, start - ANNOUNCED_WITHIN), start), ...turnsBefore]) {
    const found = ANNOUNCED.find(({ words }) => words.test(text))
    if (found !== undefined) return found.kind
    if (NAMES_OTHER.test(text)) return undefined
  }
  return undefined
}

/** All digits that hang together, if they are enough. */
function readAnnounced(segments: readonly Segment[], first: number, kind: PrivateKind): Found | undefined {
  const parts = [segments[first]]
  let count = segments[first].digits.length
  let last = first
  for (let next = first + 1; next < segments.length; next++) {
    const { join, isEcho, digits } = segments[next]
    if (join === 'none' || (join === 'loose' && count >= WHOLE_DIGITS) || (count + digits.length > MAX_DIGITS && join !== 'correction')) break
    if (isEcho) continue
    parts.push(segments[next])
    count += digits.length
    last = next
  }
  return count < LEAST_DIGITS ? undefined : { kind, segments: parts, last }
}

/** Adds segment after segment until they are a number; a correction takes back one or two of them. */
function readNumber(segments: readonly Segment[], first: number, accepts: (digits: string) => boolean, isLoose: boolean): { segments: readonly Segment[]; last: number } | undefined {
  let read: string[][] = [[segments[first].digits]]
  const parts: Segment[] = [segments[first]]
  if (accepts(segments[first].digits)) return { segments: parts, last: first }
  for (let last = first + 1; last < segments.length; last++) {
    const segment = segments[last]
    if (segment.join === 'none' || (segment.join === 'loose' && !isLoose)) return undefined
    // What the other side repeats is no part of it, and does not end it.
    if (segment.isEcho && isLoose) continue
    const taken = segment.join === 'correction' ? read.flatMap((groups) => [groups.slice(0, -1), groups.slice(0, -2), []]) : read
    read = taken.map((groups) => [...groups, segment.digits]).filter((groups) => groups.join('').length <= MAX_DIGITS)
    parts.push(segment)
    if (read.some((groups) => accepts(groups.join('')))) return { segments: parts, last }
    if (read.length === 0) return undefined
  }
  return undefined
}

function spansOf(segments: readonly Segment[], kind: PrivateKind, texts: readonly Text[]): PrivateSpan[] {
  const spans: PrivateSpan[] = []
  for (const { turn, start, end } of segments) {
    const last = spans.at(-1)
    if (last?.turn === turn) last.end = end
    else spans.push({ turn, start, end, kind })
  }
  const last = spans.at(-1)
  if (last !== undefined && kind === 'phone') last.end += EXTENSION.exec(texts[last.turn].folded.slice(last.end))?.[0].length ?? 0
  const first = spans.at(0)
  if (first !== undefined && kind === 'phone' && texts[first.turn].folded[first.start - 1] === '+') first.start--
  return spans
}
