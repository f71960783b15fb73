import { FaultError } from '@yuzhi/schemas'
import { foldLiteral } from '@yuzhi/text'
import type { EntityType } from '../occurrence.js'

/** A gap between two literals: up to `max` units, and holding an entity of `slot` where one is named. */
export interface Gap {
  max: number
  min: number
  slot: EntityType | undefined
}

/** One way to say a phrase: stages in order, each any of several literals, with a gap before each but the first. */
export interface Wording {
  stages: string[][]
  gaps: Gap[]
  /** Must start or end where a sentence does. */
  anchoredStart: boolean
  anchoredEnd: boolean
  /** A slot after the last stage: at least so many units must follow. */
  tail: Gap | undefined
}

export class PatternError extends FaultError {
  constructor(message: string, zh: string) {
    super({ message, zh })
  }
}

export const DEFAULT_GAP = 8
const SLOT_GAP = 14
/** Alternatives that follow each other are multiplied out into longer literals, up to so many. */
const MAX_LITERALS = 96
/** Stages that may be left out double the wordings. */
const MAX_OPTIONAL = 5
const ADJACENT: Gap = { min: 0, max: 0, slot: undefined }

type Token = { choices: readonly string[] } | { gap: Gap }

/** Names of slots that must hold an entity; any other slot takes any words. */
export const ENTITY_SLOTS: Readonly<Record<string, EntityType>> = {
  金额: 'amount',
  日期: 'date',
  时间: 'time',
  时长: 'duration',
  数字: 'number',
  号码: 'phone',
}

/**
 * `您上月话费是{金额}元`, `还有{什么|其他}…帮您`: literals, `…` for a gap (`…12`: of up to 12),
 * `{a|b}` alternatives (an empty one makes it optional), `{=group}` a group of synonyms, `{name}` a
 * slot, `^`/`$` the start or end of a sentence. Throws PatternError.
 */
export function parsePattern(source: string, synonyms: Readonly<Record<string, readonly string[]>>): Wording[] {
  const body = source.replace(/^\^/u, '').replace(/\$$/u, '')
  const { stages, gaps, tail } = toStages(tokens(body, synonyms))
  const optional = stages.flatMap((literals, index) => (literals.includes('') ? [index] : []))
  if (optional.length > MAX_OPTIONAL) throw new PatternError(`"${source}" leaves too much open; divide it`, `“${source}” 可省略的部分太多，请拆成几条`)
  const wordings: Wording[] = []
  for (let left = 0; left < 1 << optional.length; left++) {
    const omitted = new Set(optional.filter((_, bit) => ((left >> bit) & 1) === 1))
    const wording = withoutStages(stages, gaps, omitted)
    if (wording !== undefined) wordings.push({ ...wording, tail, anchoredStart: source.startsWith('^'), anchoredEnd: source.endsWith('$') })
  }
  if (wordings.length === 0) throw new PatternError(`"${source}" has no words to look for (particles alone are not matched; use a regex)`, `“${source}” 没有可找的词（只有语气词时不匹配，请用 regex）`)
  return wordings
}

function tokens(body: string, synonyms: Readonly<Record<string, readonly string[]>>): Token[] {
  const result: Token[] = []
  const token = /\{([^{}]*)\}|(?:…|\.\.\.)(\d*)|([^{}….]+|\.)|([{}])/gu
  for (const [, braces, reach, literal, stray] of body.matchAll(token) as Iterable<(string | undefined)[]>) {
    if (stray !== undefined) throw new PatternError(`"${body}" has a "${stray}" without its partner`, `“${body}” 里的 “${stray}” 没有成对`)
    if (literal !== undefined) result.push({ choices: [literal] })
    else if (braces !== undefined) result.push(braceToken(braces, synonyms))
    else result.push({ gap: { min: 0, max: reach === undefined || reach === '' ? DEFAULT_GAP : Number(reach), slot: undefined } })
  }
  return result
}

function braceToken(braces: string, synonyms: Readonly<Record<string, readonly string[]>>): Token {
  if (braces.startsWith('=')) {
    const group = synonyms[braces.slice(1)] as readonly string[] | undefined
    if (group === undefined) throw new PatternError(`no group of synonyms is named "${braces.slice(1)}"`, `synonyms.yaml 中没有同义词组 “${braces.slice(1)}”`)
    return { choices: group.map((choice) => checkedChoice(choice, braces)) }
  }
  if (braces.includes('|')) return { choices: braces.split('|').map((choice) => checkedChoice(choice, braces)) }
  if (braces.length < 2) throw new PatternError(`"{${braces}}" names no slot: words are written without braces, alternatives as {a|b}`, `“{${braces}}” 不是槽位：词语不加花括号，可选说法写成 {甲|乙}`)
  return { gap: { min: 1, max: SLOT_GAP, slot: ENTITY_SLOTS[braces] } }
}

/** An alternative of particles or marks alone would say nothing and let the others be left out, which nobody would see. */
function checkedChoice(choice: string, braces: string): string {
  if (choice !== '' && foldLiteral(choice) === '') {
    throw new PatternError(
      `"${choice}" in "{${braces}}" is passed over, so that the group may be left out altogether: write {a|} where you mean that, a phrase of its own with ^ or $ where a sentence begins or ends`,
      `“{${braces}}” 里的 “${choice}” 会被忽略，等于整组可以不说：若是这个意思请写 {甲|}；句首、句尾请另写一条带 ^ 或 $ 的短语`,
    )
  }
  return choice
}

function toStages(parts: readonly Token[]): { stages: string[][]; gaps: Gap[]; tail: Gap | undefined } {
  const stages: string[][] = []
  const gaps: Gap[] = []
  let open: string[] | undefined
  let gap: Gap | undefined
  const close = (): void => {
    if (open === undefined) return
    if (stages.length > 0) gaps.push(gap ?? ADJACENT)
    stages.push([...new Set(open.map((literal) => foldChecked(literal)))])
    open = undefined
    gap = undefined
  }
  for (const part of parts) {
    if ('gap' in part) {
      close()
      gap = gap === undefined ? part.gap : join(gap, part.gap)
    } else if (open !== undefined && open.length * part.choices.length <= MAX_LITERALS) {
      open = open.flatMap((before) => part.choices.map((choice) => before + choice))
    } else {
      close()
      open = [...part.choices]
    }
  }
  close()
  return { stages, gaps, tail: gap }
}

/** A literal as it is matched. Throws where passing over particles leaves one character of it or none (得嘞 would be any 得). */
function foldChecked(literal: string): string {
  const said = Array.from(literal).filter((character) => foldLiteral(character) !== '').length
  const written = Array.from(literal).filter((character) => /\p{L}/u.test(character)).length
  if (said < 2 && written > said) {
    throw new PatternError(`"${literal}" is read as "${foldLiteral(literal)}": particles are passed over; use a regex`, `“${literal}” 去掉语气词后只剩 “${foldLiteral(literal)}”，请用 regex`)
  }
  return foldLiteral(literal)
}

function join(a: Gap, b: Gap): Gap {
  return { min: a.min + b.min, max: a.max + b.max, slot: a.slot ?? b.slot }
}

function withoutStages(stages: readonly string[][], gaps: readonly Gap[], omitted: ReadonlySet<number>): { stages: string[][]; gaps: Gap[] } | undefined {
  const kept: string[][] = []
  const keptGaps: Gap[] = []
  let pending: Gap | undefined
  for (const [index, literals] of stages.entries()) {
    const gap = index === 0 ? undefined : gaps[index - 1]
    if (gap !== undefined) pending = pending === undefined ? gap : join(pending, gap)
    if (omitted.has(index)) continue
    const words = literals.filter((literal) => literal !== '')
    if (words.length === 0) return undefined
    if (kept.length > 0) keptGaps.push(pending ?? ADJACENT)
    kept.push(words)
    pending = undefined
  }
  return kept.length === 0 ? undefined : { stages: kept, gaps: keptGaps }
}
