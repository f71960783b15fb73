import { Cues } from './cues.js'
import { markBit } from './occurrence.js'
import { unitTable } from './unit-table.js'

const HARD = unitTable(/[。？！；?!;]/u)
/** Unpunctuated speech: so far back and ahead a context reaches. */
const REACH = 18

const NEGATED = /(?:不是|并非|没有|没|从不|从没|不会|不曾|未曾|绝不|不能|不敢|不可|不要|不必|不用|别|甭|无需|无须)(?:说|讲|要|让|给|想|在|再|有|像)?(?:[您你我他她]们?)?$|不$/u
const QUOTED =
  /(?:(?<![跟对给向和替谢请烦])[您你他她]们?|客户|人家|那位|有人|同事|师傅|对方|谁|老板|之前|上次|刚才|媒体|网上|广告|短信)[^，。？！,\s]{0,4}(?:说|讲|反映|提到|告诉|认为|觉得|骂|问|强调|写着?)(?![得对完明清一])(?:过|了|的是|什么|你们|我们|[您你我他她])?\s?[^，。？！；?!;“”"的\s]{0,8}$|所谓的?$|[说回来问]了?[您我他她你]?一[句声]\s?$|[“"「『][^”"」』]{0,14}$/u
/** 问您识字吗这种话: the words are named, not said. */
/** The words themselves begin as a report or a denial: 您说我…, 我不是说…; 您说的是…对吗 is none. */
const QUOTED_START = /^(?:[您你他她]们?|客户|人家)(?:刚才|刚刚|之前|上次|昨天|是|也)?(?:说|讲)(?:过|了)?(?:我|你们|咱|他|她|让我)/u
const NEGATED_START = /^我?(?:并)?(?:不是|没有?)(?:说|要|想|让)/u
const NAMED_AFTER = /^[^，。？！；?!;,\s]{0,2}(?:这种|这样的?|这句|那种|这些)(?:话|说法|态度|语气)/u
const CONDITION_BEFORE = /(?:如果|要是|假如|假设|万一|倘若|只要|除非|若是?)[^，。？！；?!;]{0,12}$/u
const CONDITION_AFTER = /^[^，。？！；?!;,]{0,6}的话/u
const THIRD_PERSON =
  /(?:他|她|他们|她们|那位(?:先生|女士)?|同事|师傅|对方|别人|人家|您(?:先生|爱人|家人|太太|儿子|女儿|妈妈|爸爸|朋友)|你(?:老公|老婆|家里人))(?:当时|刚才|之前|上次|也|就|都|可能|是)?$/u
const QUESTION_WORD = /是否|是不是|有没有|能不能|能否|可不可以|可否|方不方便|方便吗|好不好|行不行|对不对|要不要|需不需要|清不清楚|愿不愿意/u
const QUESTION_END = /(?:吗|么|呢|没有|不)[\s，,]*(?:[？?]|$)|[？?]/u

/** Characters without which an expression above cannot match: most utterances need most of them not at all. */
const CUES = new Cues({
  negation: '不非没别甭无未',
  quotation: '说讲映提诉认觉骂问强写谓句声话法度气“"「『',
  condition: '果要假万倘只除若话',
  thirdPerson: '他她位同师方别人您你',
  question: '否不没吗么呢？?',
})
const { negation: MAY_NEGATE, quotation: MAY_QUOTE, condition: MAY_CONDITION, thirdPerson: MAY_BE_THIRD, question: MAY_ASK } = CUES.bits

/** Which contexts the characters of a text leave possible, as bits for `contextMarks`. */
export function cuesOf(text: string): number {
  return CUES.in(text)
}

const NEGATED_BIT = markBit('negated')
const QUOTED_BIT = markBit('quoted')
const QUESTION_BIT = markBit('question')
const CONDITION_BIT = markBit('condition')
const THIRD_PERSON_BIT = markBit('third_person')

/**
 * What the words around `text.slice(from, to)` make of it, as bits of MARKS: negated, quoted or
 * reported speech, a question, a condition, about a third person. It reads the sentence, or where
 * there is no punctuation a dozen characters each way.
 */
export function contextMarks(text: string, from: number, to: number, cues = cuesOf(text)): number {
  const before = text.slice(sentenceStart(text, from), from)
  const after = text.slice(to, sentenceEnd(text, to))
  let marks = 0
  const words = text.slice(from, to)
  if ((cues & MAY_NEGATE) !== 0 && (NEGATED.test(before) || NEGATED_START.test(words))) marks |= NEGATED_BIT
  if ((cues & MAY_QUOTE) !== 0 && (QUOTED.test(before) || QUOTED_START.test(words) || NAMED_AFTER.test(after))) marks |= QUOTED_BIT
  if ((cues & MAY_CONDITION) !== 0 && (CONDITION_BEFORE.test(before) || CONDITION_AFTER.test(after))) marks |= CONDITION_BIT
  if ((cues & MAY_BE_THIRD) !== 0 && THIRD_PERSON.test(before)) marks |= THIRD_PERSON_BIT
  if ((cues & MAY_ASK) !== 0 && (QUESTION_END.test(words + after) || QUESTION_WORD.test(before + words + after))) marks |= QUESTION_BIT
  return marks
}

export function sentenceStart(text: string, from: number): number {
  const limit = Math.max(0, from - REACH)
  let i = from
  while (i > limit && HARD[text.charCodeAt(i - 1)] === 0) i--
  return i
}

/** Includes the mark that ends the sentence. */
export function sentenceEnd(text: string, to: number): number {
  const limit = Math.min(text.length, to + REACH)
  let i = to
  while (i < limit && HARD[text.charCodeAt(i)] === 0) i++
  return i < limit ? i + 1 : i
}
