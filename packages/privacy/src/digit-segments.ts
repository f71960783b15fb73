/** How a segment hangs together with the one before it. */
export type Join =
  /** Nothing but pauses and fillers between. */
  | 'tight'
  /** The same with words that take back what was said: 不对, 说错了. */
  | 'correction'
  /** At the end of one turn and the start of another, with words between. */
  | 'loose'
  | 'none'

/** Digits that were read out in one breath, and where they stand in their turn's folded text. */
export interface Segment {
  turn: number
  start: number
  end: number
  digits: string
  join: Join
  /** The other side repeats what was just said. */
  isEcho: boolean
}

const DIGITS: Readonly<Record<string, string>> = { 零: '0', 洞: '0', 一: '1', 幺: '1', 二: '2', 两: '2', 三: '3', 四: '4', 五: '5', 六: '6', 七: '7', 拐: '7', 八: '8', 九: '9', 勾: '9' }
const DIGIT = '[0-9零洞一幺二两三四五六七拐八九勾]'

/** Before a Chinese numeral it makes a word, behind one too: 统一, 周三, 一下, 两个. */
const WORD_BEFORE = /[第统唯万周期同单合]$/u
const WORD_AFTER = /^(?:下|遍|样|定|起|直|次|些|会|边|共|般|种|切|旦|向|者|月|日|年|天|楼|栋|单元|层|期|点半?|分|秒|块|元|毛|角|兆|折|成|倍|口|家|人|名|句|声|张|件|台|部|条|笔|页|章|季|岁|星|环|线|级|等|度|个(?![0-9零洞一幺二两三四五六七拐八九勾]))/u
/** A numeral beside one of these tells an amount, not digits read out. */
const SCALE = /[十百千万亿]/u

/** A digit, or some of one: 三个八 is 888. */
const UNIT = `(?:[二两三四]个${DIGIT})|${DIGIT}`
/** The next one, and one just here. */
const NEXT_UNIT = new RegExp(UNIT, 'gu')
const UNIT_HERE = new RegExp(UNIT, 'yu')

/** What people say and recognisers write between the groups of one number. */
const JOINER =
  /^(?:[\s\-—–·.,，。、…/()（）:：?？!！~]|嗯|啊|呃|额|哦|噢|唉|那个|这个|然后|接着|就是|后面|最后|前面|中间|一?[位个]?是|再|对吧?|对的|吧|呢|的话|空格|杠|横杠|横线|好的?|您?记一下|四位|三位|没错|转)*$/u
const MAX_JOINER = 14
const CORRECTION = /不对|不是|错了|说错|重说|更正|应该是|哦?不/u
const JOINER_WORDS = /最后一[位个]是?|后面?[四三两]位是?|前面?三位是?|中间四位是?/gu

/** Words at the border of turns that a number may reach across, in units: …开头对吧 | 对 | 后面是… */
const MAX_BORDER = 12
const MAX_TURNS_BETWEEN = 2

/** The digits that were read out in a call, each segment with how it joins the one before; without those that cannot come to `least` digits together. */
export function digitSegments(texts: readonly { folded: string; role: string }[], least: number): Segment[] {
  const all: Segment[] = []
  const byTurn = texts.map(({ folded }, turn) => segmentsOf(folded, turn))
  for (const chain of chainsOf(byTurn.flat(), texts)) {
    if (chain.reduce((sum, { digits }) => sum + digits.length, 0) < least) continue
    for (const [index, segment] of chain.entries()) {
      const { turn } = segment
      const before = all.at(-1)
      const isFirst = segment === byTurn[turn][0]
      const isEcho = isFirst && before !== undefined && texts[before.turn].role !== texts[turn].role && saidBefore(all).endsWith(byTurn[turn].map(({ digits }) => digits).join(''))
      all.push({ ...segment, join: index === 0 ? 'none' : joinOf(texts, chain[index - 1], segment), isEcho: isEcho || (!isFirst && before?.turn === turn && before.isEcho) })
    }
  }
  return all
}

/** Segments that follow each other closely enough that they may hang together. */
function chainsOf(places: readonly Place[], texts: readonly { folded: string }[]): Place[][] {
  const chains: Place[][] = []
  for (const [index, place] of places.entries()) {
    if (index > 0 && mayJoin(texts, places[index - 1], place)) chains[chains.length - 1].push(place)
    else chains.push([place])
  }
  return chains
}

function mayJoin(texts: readonly { folded: string }[], before: Place, { turn, start }: Place): boolean {
  if (before.turn === turn) return start - before.end <= MAX_JOINER
  return turn - before.turn <= MAX_TURNS_BETWEEN && texts[before.turn].folded.length - before.end <= MAX_BORDER && start <= MAX_BORDER
}

const ECHO_REACH = 20

function saidBefore(segments: readonly Segment[]): string {
  return segments.slice(-6).map(({ digits }) => digits).join('').slice(-ECHO_REACH)
}

function joinOf(texts: readonly { folded: string; role: string }[], before: Place, segment: Place): Join {
  if (before.turn === segment.turn) {
    const between = texts[segment.turn].folded.slice(before.end, segment.start)
    return isJoiner(between) ? (CORRECTION.test(between) ? 'correction' : 'tight') : 'none'
  }
  const after = texts[before.turn].folded.slice(before.end)
  const head = texts[segment.turn].folded.slice(0, segment.start)
  const between = texts.slice(before.turn + 1, segment.turn).map(({ folded }) => folded)
  if (between.some((folded) => folded.length > MAX_BORDER)) return 'none'
  const isSame = texts[before.turn].role === texts[segment.turn].role
  return isSame && isJoiner(after) && isJoiner(head) && between.length === 0 ? (CORRECTION.test(after + head) ? 'correction' : 'tight') : 'loose'
}

function isJoiner(between: string): boolean {
  return between.length <= MAX_JOINER && JOINER.test(between.replace(CORRECTION, '').replace(JOINER_WORDS, ''))
}

type Place = Pick<Segment, 'turn' | 'start' | 'end' | 'digits'>

/** What a segment begins with. */
const STARTS = new Uint8Array(0x10000)
for (const unit of '0123456789零洞一幺二两三四五六七拐八九勾x叉艾埃爱e') STARTS[unit.charCodeAt(0)] = 1

function mayHoldSegment(folded: string): boolean {
  for (let i = 0; i < folded.length; i++) if (STARTS[folded.charCodeAt(i)] === 1) return true
  return false
}

/** Digits that stand side by side; numerals that belong to words or amounts are left out. */
function segmentsOf(folded: string, turn: number): Place[] {
  if (!mayHoldSegment(folded)) return []
  const text = folded.includes('位') ? folded.replace(JOINER_WORDS, (words) => ' '.repeat(words.length)) : folded
  const segments: Place[] = []
  for (let i = indexFrom(NEXT_UNIT, text, 0); i >= 0; ) {
    let end = i
    let digits = ''
    UNIT_HERE.lastIndex = i
    for (let unit = UNIT_HERE.exec(text); unit !== null; unit = UNIT_HERE.exec(text)) {
      digits += valueOf(unit[0])
      end = UNIT_HERE.lastIndex
    }
    const trimmed = trim(text, i, end, digits)
    if (trimmed !== undefined) segments.push({ turn, ...trimmed })
    i = indexFrom(NEXT_UNIT, text, end)
  }
  return withCheckLetters(segments, text, turn)
}

/** Where a global pattern is found next; -1: nowhere. */
function indexFrom(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? -1
}

function valueOf(unit: string): string {
  if (unit.length === 1) return DIGITS[unit] ?? unit
  return (DIGITS[unit[2]] ?? unit[2]).repeat(Number(DIGITS[unit[0]]))
}

/** Takes numerals off the ends that belong to the words beside them; undefined where nothing is left. */
function trim(text: string, from: number, to: number, digits: string): { start: number; end: number; digits: string } | undefined {
  const isHan = (at: number): boolean => text[at] in DIGITS
  let [start, end, rest] = [from, to, digits]
  if (isHan(end - 1) && (SCALE.test(text[end] ?? '') || WORD_AFTER.test(text.slice(end)))) {
    end--
    rest = rest.slice(0, -1)
  }
  if (start < end && isHan(start) && (WORD_BEFORE.test(text.slice(0, start)) || SCALE.test(text[start - 1] ?? ''))) {
    start++
    rest = rest.slice(1)
  }
  return start < end ? { start, end, digits: rest } : undefined
}

const LETTER = /^[\s,，、。.]*(?:嗯|啊|呃|然后|是|字母|英文|大写的?|小写的?|个)*[\s]*(x|叉|艾克斯|埃克斯|爱克斯|ex)(?![a-z])/u

/** An X that closes an identity number is part of its last segment. */
function withCheckLetters(segments: readonly Place[], text: string, turn: number): Place[] {
  const alone = segments.length === 0 ? LETTER.exec(text) : null
  if (alone !== null) return [{ turn, start: alone[0].length - alone[1].length, end: alone[0].length, digits: 'X' }]
  return segments.map((segment) => {
    const letter = LETTER.exec(text.slice(segment.end))
    return letter === null ? segment : { ...segment, end: segment.end + letter[0].length, digits: `${segment.digits}X` }
  })
}
