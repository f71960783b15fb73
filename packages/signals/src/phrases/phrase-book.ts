import { HARD_STOP, type SyllableTable } from '@yuzhi/text'
import type { Utterance } from '../analysed-call.js'
import type { EntityType } from '../occurrence.js'
import { unitTable } from '../unit-table.js'
import { Automaton } from './automaton.js'
import type { Gap, Wording } from './pattern.js'

/** How the wordings of a phrase are looked for. */
export interface PhraseOptions {
  /** Accept what only sounds like it (在见 → 再见). */
  sound: boolean
  /** Refuse hits that cut a word in two (申|请). */
  edges: boolean
}

export interface PhraseHit {
  from: number
  to: number
  bySound: boolean
  /** The phrase as its author wrote it; by sound: the words that were heard wrong. */
  source: string
}

interface Pattern extends PhraseOptions {
  wording: Wording
  group: number
  source: string
}

/** One of a pattern's stages; those of a pattern are numbered one after the other. */
interface Stage {
  pattern: Pattern
  /** Before this stage; undefined for the first. */
  gap: Gap | undefined
  isLast: boolean
}

/** The part of a pattern that has matched, in view offsets. */
interface Progress {
  start: number
  end: number
  firstLength: number
  /** The literal that was recognised by its sound, if any was. */
  heard: string | undefined
}

const MIN_SOUND_LENGTH = 2
/** Literals longer than this are hardly ever hit inside other words; segmenters err more often. */
const MAX_EDGE_LENGTH = 3

/**
 * All literals of all signals, found in one pass. Phrases come in groups (one a detector), so that
 * a call is charged for the phrases it holds, not for those that exist.
 */
export class PhraseBook {
  private readonly patterns: Pattern[] = []
  private groups = 0

  newGroup(): number {
    return this.groups++
  }

  /** Enters a phrase with all its wordings. */
  add(group: number, source: string, wordings: readonly Wording[], options: PhraseOptions): void {
    for (const wording of wordings) this.patterns.push({ ...options, wording, group, source })
  }

  compile(syllables: SyllableTable): PhraseMatcher {
    return new PhraseMatcher(this.patterns, syllables)
  }
}

export class PhraseMatcher {
  private readonly byCharacter: LiteralIndex
  private readonly bySound: LiteralIndex
  private readonly stages: Stage[] = []
  private readonly progress: Progress[] = []
  /** The number of the utterance in which a stage matched last; apart from the rest, for the processor's cache. */
  private readonly stamps: Int32Array
  private stamp = 0
  private sounds = new Uint16Array(256)

  constructor(
    patterns: readonly Pattern[],
    private readonly syllables: SyllableTable,
  ) {
    const characters: LiteralEntry[] = []
    const sounds: LiteralEntry[] = []
    for (const pattern of patterns) {
      const { stages, gaps } = pattern.wording
      for (const [index, literals] of stages.entries()) {
        const stage = this.stages.length
        this.stages.push({ pattern, gap: index === 0 ? undefined : gaps[index - 1], isLast: index === stages.length - 1 })
        this.progress.push({ start: 0, end: 0, firstLength: 0, heard: undefined })
        for (const literal of literals) {
          const entry = { literal, stage, isFirst: index === 0 }
          characters.push({ ...entry, key: literal })
          const sound = this.soundOf(literal)
          if (pattern.sound && sound !== undefined) sounds.push({ ...entry, key: sound })
        }
      }
    }
    this.byCharacter = new LiteralIndex(characters)
    this.bySound = new LiteralIndex(sounds)
    this.stamps = new Int32Array(this.stages.length)
  }

  /** Calls `found(group, hit)` for every phrase in the utterance; offsets are of its text. */
  match(utterance: Utterance, found: (group: number, hit: PhraseHit) => void): void {
    const { codes, length } = utterance.view
    this.stamp++
    this.byCharacter.scan(codes, length, this.stamps, this.stamp, (stage, literal, end) => {
      this.advance(utterance, stage, literal, end, false, found)
    })
    if (this.sounds.length < length) this.sounds = new Uint16Array(length * 2)
    const sounds = this.syllables.read(codes, length, this.sounds)
    this.bySound.scan(sounds, length, this.stamps, this.stamp, (stage, literal, end) => {
      if (isMisheard(utterance, literal, end)) this.advance(utterance, stage, literal, end, true, found)
    })
  }

  private soundOf(literal: string): string | undefined {
    if (literal.length < MIN_SOUND_LENGTH) return undefined
    const codes = Array.from({ length: literal.length }, (_, i) => this.syllables.of(literal.charCodeAt(i)))
    return codes.includes(0) ? undefined : String.fromCharCode(...codes)
  }

  private advance(utterance: Utterance, stage: number, literal: string, end: number, bySound: boolean, found: (group: number, hit: PhraseHit) => void): void {
    const { pattern, gap, isLast } = this.stages[stage]
    const { length } = literal
    const here = this.progress[stage]
    // 感谢 and 谢 end together; the longer, which comes first, is the word.
    if (gap === undefined && !isLast && this.stamps[stage] === this.stamp && here.end === end) return
    const heard = bySound ? literal : undefined
    if (gap === undefined) {
      set(here, end - length, end, length, heard)
    } else {
      const before = this.progress[stage - 1]
      if (!fits(utterance, gap, before.end, end - length)) return
      set(here, before.start, end, before.firstLength, heard ?? before.heard)
    }
    this.stamps[stage] = this.stamp
    const hit = isLast ? finish(utterance, pattern, here, length) : undefined
    if (hit !== undefined) found(pattern.group, hit)
  }
}

/** A literal of a stage, and the characters or sounds that stand for it. */
interface LiteralEntry {
  key: string
  literal: string
  stage: number
  isFirst: boolean
}

/** The automaton over all keys, and for each the stages that wait for it. */
class LiteralIndex {
  private readonly automaton: Automaton
  /** The entries of key `k` are those from `starts[k]` up to `starts[k + 1]`. */
  private readonly starts: Int32Array
  /** The stage of an entry; its complement where the stage is a pattern's first. */
  private readonly stages: Int32Array
  private readonly literals: readonly string[]

  constructor(entries: readonly LiteralEntry[]) {
    const byKey = new Map<string, LiteralEntry[]>()
    for (const entry of entries) {
      const known = byKey.get(entry.key)
      if (known === undefined) byKey.set(entry.key, [entry])
      else known.push(entry)
    }
    const keys = [...byKey.keys()]
    const sorted = [...byKey.values()].flat()
    this.automaton = Automaton.build(keys.map((key) => Array.from({ length: key.length }, (_, i) => key.charCodeAt(i))))
    this.starts = new Int32Array(keys.length + 1)
    for (const [index, key] of keys.entries()) this.starts[index + 1] = this.starts[index] + (byKey.get(key)?.length ?? 0)
    this.stages = Int32Array.from(sorted, ({ stage, isFirst }) => (isFirst ? ~stage : stage))
    this.literals = sorted.map(({ literal }) => literal)
  }

  /** Calls `found` for the literals of first stages, and for those whose stage before matched under `stamp`. */
  scan(codes: Uint16Array, length: number, stamps: Int32Array, stamp: number, found: (stage: number, literal: string, end: number) => void): void {
    const { starts, stages, literals } = this
    this.automaton.scan(codes, length, (key, end) => {
      for (let entry = starts[key], last = starts[key + 1]; entry < last; entry++) {
        const stage = stages[entry]
        if (stage < 0) found(~stage, literals[entry], end)
        else if (stamps[stage - 1] === stamp) found(stage, literals[entry], end)
      }
    })
  }
}

/**
 * Do the words at `end` only sound like the literal? Half of its characters must stand as
 * written, and none of the others may belong to a word of the dictionary (在建 is not
 * 再见) unless the literal is a sentence by itself (不可气, 再见).
 */
function isMisheard(utterance: Utterance, literal: string, end: number): boolean {
  const { view, edges, text } = utterance
  const start = end - literal.length
  let same = 0
  for (let i = 0; i < literal.length; i++) if (view.codes[start + i] === literal.charCodeAt(i)) same++
  if (same === literal.length || same * 2 < literal.length) return false
  for (let i = 0; i < literal.length; i++) {
    if (view.codes[start + i] === literal.charCodeAt(i)) continue
    const at = view.at[start + i]
    const standsAlone = edges[at] === 1 && edges[at + 1] === 1
    if (!standsAlone && !isReduplicated(text, at)) return isSentenceStart(text, view.at[start]) && isSentenceEnd(text, view.at[end - 1] + 1)
  }
  return true
}

function finish(utterance: Utterance, { wording, edges, source }: Pattern, { start, end, firstLength, heard }: Progress, lastLength: number): PhraseHit | undefined {
  const { view, text } = utterance
  const from = view.at[start]
  const to = view.at[end - 1] + 1
  if (wording.anchoredStart && !isSentenceStart(text, from)) return undefined
  if (wording.anchoredEnd && !isSentenceEnd(text, to)) return undefined
  if (wording.tail !== undefined && !hasTail(utterance, wording.tail, end)) return undefined
  if (edges && firstLength <= MAX_EDGE_LENGTH && cutsWordAt(utterance, from, -1, HARMLESS_HEAD)) return undefined
  if (edges && lastLength <= MAX_EDGE_LENGTH && cutsWordAt(utterance, to, 1, HARMLESS_TAIL)) return undefined
  return { from, to, bySound: heard !== undefined, source: heard ?? source }
}

function set(progress: Progress, start: number, end: number, firstLength: number, heard: string | undefined): void {
  progress.start = start
  progress.end = end
  progress.firstLength = firstLength
  progress.heard = heard
}

function isReduplicated(text: string, at: number): boolean {
  return text[at] === text[at + 1] || text[at] === text[at - 1]
}

function fits(utterance: Utterance, gap: Gap, from: number, to: number): boolean {
  const { view } = utterance
  if (to < from + gap.min || to - from > gap.max) return false
  for (let i = from; i < to; i++) if (view.codes[i] === HARD_STOP) return false
  return gap.slot === undefined || holdsEntity(utterance, gap.slot, view.at[from - 1] + 1, view.at[to])
}

function hasTail(utterance: Utterance, tail: Gap, end: number): boolean {
  const { view, text } = utterance
  if (end + tail.min > view.length || view.codes[end] === HARD_STOP) return tail.min === 0
  const last = Math.min(end + tail.max, view.length)
  return tail.slot === undefined || holdsEntity(utterance, tail.slot, view.at[end], last < view.length ? view.at[last] : text.length)
}

function holdsEntity(utterance: Utterance, type: EntityType, from: number, to: number): boolean {
  return utterance.entities([type]).some((entity) => entity.from < to && entity.to > from)
}

/** What dictionaries glue to a phrase without changing it: 感谢|您, 稍等|一下, 很|抱歉. */
const HARMLESS_TAIL = new Set('您你了的啊呀吧啦们一下')
const HARMLESS_HEAD = new Set('很太真请您你我那就')

/** Is `at` inside a word whose other part, read in direction `step`, changes what is meant? */
function cutsWordAt({ edges, text }: Utterance, at: number, step: 1 | -1, harmless: ReadonlySet<string>): boolean {
  for (let i = at; edges[i] === 0; i += step) if (!harmless.has(text[step === 1 ? i : i - 1])) return true
  return false
}

const SENTENCE_BREAK = unitTable(/[，,。？！；?!;、\s]/u)
const PARTICLE = unitTable(/[嗯呃啊呀哦噢喔诶欸哎唉]/u)

function isSentenceStart(text: string, from: number): boolean {
  let i = from - 1
  while (i >= 0 && PARTICLE[text.charCodeAt(i)] === 1) i--
  return i < 0 || SENTENCE_BREAK[text.charCodeAt(i)] === 1
}

function isSentenceEnd(text: string, to: number): boolean {
  let i = to
  while (i < text.length && PARTICLE[text.charCodeAt(i)] === 1) i++
  return i >= text.length || SENTENCE_BREAK[text.charCodeAt(i)] === 1
}
