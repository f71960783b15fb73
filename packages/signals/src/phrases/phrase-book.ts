import { HARD_STOP, type SyllableTable } from '@yuzhi/text'
import type { Utterance } from '../analysed-call.js'
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

/** A literal of one stage of a pattern, and where the progress of this stage and the one before it is kept. */
interface Place {
  pattern: Pattern
  literal: string
  here: Progress
  /** Undefined for the first stage. */
  before: Progress | undefined
  gap: Gap | undefined
  isLast: boolean
}

/** The stages that have matched so far, in view offsets. */
interface Progress {
  stamp: number
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
  private readonly byCharacter: Automaton
  private readonly bySound: Automaton
  private readonly characterPlaces: Place[][] = []
  private readonly soundPlaces: Place[][] = []
  private stamp = 0
  private sounds = new Uint16Array(256)

  constructor(
    patterns: readonly Pattern[],
    private readonly syllables: SyllableTable,
  ) {
    const characters = new Map<string, number>()
    const sounds = new Map<string, number>()
    for (const pattern of patterns) {
      const { stages, gaps } = pattern.wording
      const progress = stages.map((): Progress => ({ stamp: 0, start: 0, end: 0, firstLength: 0, heard: undefined }))
      for (const [stage, literals] of stages.entries()) {
        for (const literal of literals) {
          const isFirst = stage === 0
          const place = { pattern, literal, here: progress[stage], before: isFirst ? undefined : progress[stage - 1], gap: isFirst ? undefined : gaps[stage - 1], isLast: stage === stages.length - 1 }
          enter(characters, this.characterPlaces, literal, place)
          const sound = this.soundOf(literal)
          if (pattern.sound && sound !== undefined) enter(sounds, this.soundPlaces, sound, place)
        }
      }
    }
    this.byCharacter = Automaton.build([...characters.keys()].map(toCodes))
    this.bySound = Automaton.build([...sounds.keys()].map(toCodes))
  }

  /** Calls `found(group, hit)` for every phrase in the utterance; offsets are of its text. */
  match(utterance: Utterance, found: (group: number, hit: PhraseHit) => void): void {
    const { codes, length } = utterance.view
    this.stamp++
    this.byCharacter.scan(codes, length, (literal, end) => {
      for (const place of this.characterPlaces[literal]) {
        if (place.before === undefined || place.before.stamp === this.stamp) this.advance(utterance, place, end, false, found)
      }
    })
    if (this.sounds.length < length) this.sounds = new Uint16Array(length * 2)
    const sounds = this.syllables.read(codes, length, this.sounds)
    this.bySound.scan(sounds, length, (literal, end) => {
      for (const place of this.soundPlaces[literal]) {
        if ((place.before === undefined || place.before.stamp === this.stamp) && isMisheard(utterance, place.literal, end)) this.advance(utterance, place, end, true, found)
      }
    })
  }

  private soundOf(literal: string): string | undefined {
    if (literal.length < MIN_SOUND_LENGTH) return undefined
    const codes = Array.from({ length: literal.length }, (_, i) => this.syllables.of(literal.charCodeAt(i)))
    return codes.includes(0) ? undefined : String.fromCharCode(...codes)
  }

  private advance(utterance: Utterance, { pattern, literal, here, before, gap, isLast }: Place, end: number, bySound: boolean, found: (group: number, hit: PhraseHit) => void): void {
    const { length } = literal
    const heard = bySound ? literal : undefined
    if (before === undefined || gap === undefined) {
      set(here, this.stamp, end - length, end, length, heard)
    } else {
      if (!fits(utterance, gap, before.end, end - length)) return
      set(here, this.stamp, before.start, end, before.firstLength, heard ?? before.heard)
    }
    const hit = isLast ? finish(utterance, pattern, here, length) : undefined
    if (hit !== undefined) found(pattern.group, hit)
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

function enter(known: Map<string, number>, places: Place[][], key: string, place: Place): void {
  let index = known.get(key)
  if (index === undefined) {
    index = known.size
    known.set(key, index)
    places.push([])
  }
  places[index].push(place)
}

function toCodes(key: string): number[] {
  return Array.from({ length: key.length }, (_, i) => key.charCodeAt(i))
}

function set(progress: Progress, stamp: number, start: number, end: number, firstLength: number, heard: string | undefined): void {
  progress.stamp = stamp
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

function holdsEntity(utterance: Utterance, type: string, from: number, to: number): boolean {
  return utterance.findEntities().some((entity) => entity.value.type === type && entity.from < to && entity.to > from)
}

/** What dictionaries glue to a phrase without changing it: 感谢|您, 稍等|一下, 很|抱歉. */
const HARMLESS_TAIL = new Set('您你了的啊呀吧啦们一下')
const HARMLESS_HEAD = new Set('很太真请您你我那就')

/** Is `at` inside a word whose other part, read in direction `step`, changes what is meant? */
function cutsWordAt({ edges, text }: Utterance, at: number, step: 1 | -1, harmless: ReadonlySet<string>): boolean {
  for (let i = at; edges[i] === 0; i += step) if (!harmless.has(text[step === 1 ? i : i - 1])) return true
  return false
}

const SENTENCE_BREAK = /[，,。？！；?!;、\s]/u
const PARTICLE = /[嗯呃啊呀哦噢喔诶欸哎唉]/u

function isSentenceStart(text: string, from: number): boolean {
  let i = from - 1
  while (i >= 0 && PARTICLE.test(text[i])) i--
  return i < 0 || SENTENCE_BREAK.test(text[i])
}

function isSentenceEnd(text: string, to: number): boolean {
  let i = to
  while (i < text.length && PARTICLE.test(text[i])) i++
  return i >= text.length || SENTENCE_BREAK.test(text[i])
}
