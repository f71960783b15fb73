import type { Call, Role } from '@yuzhi/schemas'
import { type MatchView, matchView, normalise, type OffsetMap, type Segmenter } from '@yuzhi/text'
import type { Entity } from './entities/entity.js'
import { cuesOf } from './context-marks.js'
import { EntityFinder } from './entities/find-entities.js'
import type { EntityType, Occurrence } from './occurrence.js'
import { TextTrace } from './text-trace.js'

/** Turns of one role that follow each other within this pause are one utterance. */
const MAX_PAUSE_MS = 3000
/** An utterance is cut here, so that work stays linear on absurd input. */
const MAX_UTTERANCE_LENGTH = 20_000

/** The part of an utterance's text that one turn gave. */
interface Piece {
  turn: number
  from: number
  to: number
  map: OffsetMap
}

/** Sizes of traces, for 20 and 1,000 characters: one in ten places taken, and one in thirty. */
const TRACE_OF_UTTERANCE = 9
const TRACE_OF_CALL = 16

export interface Span {
  turn: number
  start: number
  end: number
}

/** What one speaker said before the other spoke: one or more turns, normalised and joined. */
export class Utterance {
  readonly view: MatchView
  /** Which contexts its characters leave possible (`cuesOf`). */
  readonly cues: number
  private ownTrace: TextTrace | undefined
  private finder: EntityFinder | undefined

  constructor(
    readonly index: number,
    readonly role: Role,
    readonly text: string,
    readonly pieces: readonly Piece[],
    readonly startMs: number | undefined,
    readonly endMs: number | undefined,
    readonly confidence: number,
    /** 1 where a word starts or ends in `text`. */
    readonly edges: Uint8Array,
    private readonly startedAt: string,
  ) {
    this.view = matchView(text)
    this.cues = cuesOf(text)
  }

  get firstTurn(): number {
    return this.pieces[0].turn
  }

  /** Spans of the original turns that `text.slice(from, to)` was made of, one a turn. */
  spans(from: number, to: number): Span[] {
    const spans: Span[] = []
    for (const piece of this.pieces) {
      const start = Math.max(from, piece.from)
      const end = Math.min(to, piece.to)
      if (start < end) {
        spans.push({ turn: piece.turn, start: piece.map.sourceStart(start - piece.from), end: piece.map.sourceEnd(end - piece.from) })
      }
    }
    return spans
  }

  get trace(): TextTrace {
    if (this.ownTrace === undefined) {
      this.ownTrace = new TextTrace(TRACE_OF_UTTERANCE)
      this.ownTrace.add(this.text)
    }
    return this.ownTrace
  }

  /** Its amounts, dates, names and so on of these types, in order. */
  entities(types: readonly EntityType[]): readonly Entity[] {
    this.finder ??= new EntityFinder(this.text, this.startedAt)
    return this.finder.find(types)
  }
}

/** A call as the detectors read it. `ordinal` tells how many utterances of a role there are up to an index. */
export interface AnalysedCall {
  call: Call
  utterances: readonly Utterance[]
  ordinal: Record<Role, Uint32Array>
  /** What characters each role said; see `traceOf`. */
  traces: Partial<Record<Role | 'any', TextTrace>>
  /** Hits by group of phrases. */
  phrases: (Occurrence[] | undefined)[]
  /** Hits by the number of the lesson. */
  similar: (Occurrence[] | undefined)[]
  /** Occurrences by signal number, found once and kept. */
  seen: (readonly Occurrence[] | undefined)[]
}

export function analyseCall(call: Call, segmenter: Segmenter): AnalysedCall {
  const utterances = joinTurns(call, segmenter)
  return { call, utterances, ordinal: countRoles(utterances), traces: {}, phrases: [], similar: [], seen: [] }
}

/** The characters and pairs of characters that a role said in a call. */
export function traceOf({ traces, utterances }: AnalysedCall, role: Role | 'any'): TextTrace {
  const known = traces[role]
  if (known !== undefined) return known
  const trace = new TextTrace(TRACE_OF_CALL)
  for (const utterance of utterances) if (role === 'any' || role === utterance.role) trace.add(utterance.text)
  traces[role] = trace
  return trace
}

/** Turns of one role that follow each other, normalised. */
interface Joined {
  text: string
  pieces: Piece[]
  confidence: number
}

/** All utterances are segmented in one go: each way into the native segmenter and back costs. */
function joinTurns(call: Call, segmenter: Segmenter): Utterance[] {
  const joined = joinTexts(call)
  const edges = segmenter.edges(joined.map(({ text }) => text).join('\n'))
  let from = 0
  return joined.map(({ text, pieces, confidence }, index) => {
    const first = call.turns[pieces[0].turn]
    const last = call.turns[pieces[pieces.length - 1].turn]
    const own = edges.subarray(from, from + text.length + 1)
    from += text.length + 1
    return new Utterance(index, first.role, text, pieces, first.start_ms, last.end_ms, confidence, own, call.started_at)
  })
}

function joinTexts(call: Call): Joined[] {
  const utterances: Joined[] = []
  const { turns } = call
  for (let first = 0; first < turns.length; ) {
    const pieces: Piece[] = []
    let text = ''
    let confidence = 1
    let next = first
    while (next < turns.length && (next === first || continues(call, first, next, text.length))) {
      const normalised = normalise(turns[next].text)
      if (text !== '') text += ' '
      pieces.push({ turn: next, from: text.length, to: text.length + normalised.text.length, map: normalised.map })
      text += normalised.text
      confidence = Math.min(confidence, turns[next].confidence ?? 1)
      next++
    }
    utterances.push({ text, pieces, confidence })
    first = next
  }
  return utterances
}

function continues(call: Call, first: number, next: number, length: number): boolean {
  const { turns } = call
  if (turns[next].role !== turns[first].role || length > MAX_UTTERANCE_LENGTH) return false
  const { end_ms: end } = turns[next - 1]
  const { start_ms: start } = turns[next]
  return start === undefined || end === undefined || start - end <= MAX_PAUSE_MS
}

function countRoles(utterances: readonly Utterance[]): Record<Role, Uint32Array> {
  const ordinal = {
    agent: new Uint32Array(utterances.length),
    customer: new Uint32Array(utterances.length),
    system: new Uint32Array(utterances.length),
  }
  const count = { agent: 0, customer: 0, system: 0 }
  for (const { index, role } of utterances) {
    count[role]++
    ordinal.agent[index] = count.agent
    ordinal.customer[index] = count.customer
    ordinal.system[index] = count.system
  }
  return ordinal
}
