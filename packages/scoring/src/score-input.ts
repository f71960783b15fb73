import { maskScored, type PrivacyOptions } from '@yuzhi/privacy'
import type { Rubric, Shelf } from '@yuzhi/rules'
import { type Call, parseCall, type Rejected, type Score, scoredEvent } from '@yuzhi/schemas'

/** A transcript as it came, and where from. */
export interface Input {
  value: Uint8Array
  /** Key of the message; undefined: it had none. */
  key?: string | undefined
  /** topic/partition/offset, or a file and its line. */
  source: string
  /** Where a call came twice, the higher stands. */
  position: number
  /** When it came: ISO 8601, UTC. */
  time: string
}

/** Why a transcript got no score. */
export interface NoScore {
  ok: false
  code: Rejected['code'] | 'empty' | 'wrong_key' | 'judging_failed' | 'too_slow'
  path: string
  message: string
}

export type Scored = { ok: true; callId: string; rubric: string; value: Uint8Array } | NoScore

export interface ScoreOptions {
  privacy: PrivacyOptions
  maxCallBytes: number
}

/** Transcript in, ScoredEvent out, as bytes; the same input gives the same bytes. Never throws. */
export function scoreInput(shelf: Shelf, input: Input, options: ScoreOptions): Scored {
  return scoreInputs(shelf, [input], options)[0]
}

/** `scoreInput` of each, in the order of the inputs; those of one rubric are judged together, which is faster. */
export function scoreInputs(shelf: Shelf, inputs: readonly Input[], options: ScoreOptions): Scored[] {
  const results: Scored[] = []
  const waiting = new Map<Rubric, Waiting[]>()
  for (const [place, input] of inputs.entries()) {
    const read = readInput(shelf, input, options)
    if ('ok' in read) results[place] = read
    else ofRubric(waiting, read.rubric).push({ place, input, call: read.call })
  }
  for (const [rubric, calls] of waiting) for (const { place, result } of judgeAll(rubric, calls, options)) results[place] = result
  return results
}

function ofRubric(waiting: Map<Rubric, Waiting[]>, rubric: Rubric): Waiting[] {
  const known = waiting.get(rubric) ?? []
  waiting.set(rubric, known)
  return known
}

/** A call that is to be judged, and where its result belongs. */
interface Waiting {
  place: number
  input: Input
  call: Call
}

/** Where judging all together fails, each is judged by itself: the fault is of one of them. */
function judgeAll(rubric: Rubric, calls: readonly Waiting[], options: ScoreOptions): { place: number; result: Scored }[] {
  try {
    const scores = rubric.scoreAll(calls.map(({ call }) => call))
    return calls.map(({ place, input, call }, i) => ({ place, result: eventOf(call, scores[i], input, options) }))
  } catch (error) {
    if (calls.length === 1) return [{ place: calls[0].place, result: faultOfOurs(error) }]
    return calls.flatMap((call) => judgeAll(rubric, [call], options))
  }
}

interface Read {
  call: Call
  rubric: Rubric
}

function readInput(shelf: Shelf, { value, key }: Input, { maxCallBytes }: ScoreOptions): Read | NoScore {
  if (value.length === 0) return no('empty', '', 'there is no value')
  if (value.length > maxCallBytes) return no('too_large', '', `${value.length} bytes, more than ${maxCallBytes}`)
  const parsed = parseCall(value)
  if (!parsed.ok) return no(parsed.rejected[0].code, parsed.rejected[0].path, parsed.rejected.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '))
  const { call } = parsed
  if (key !== undefined && key !== call.call_id) return no('wrong_key', 'call_id', 'the key of the message is not its call_id')
  try {
    const rubric = shelf.pick(call, undefined)
    return rubric === undefined ? noRubric(call.standard, shelf) : { call, rubric }
  } catch (error) {
    return faultOfOurs(error)
  }
}

function eventOf(call: Call, score: Score, { source, position, time }: Input, { privacy }: ScoreOptions): Scored {
  const masked = maskScored(call, score, privacy)
  const event = scoredEvent(masked.call, masked.score, { source, position, scoredAt: time })
  return { ok: true, callId: call.call_id, rubric: score.rubric.hash, value: Buffer.from(JSON.stringify(event)) }
}

function faultOfOurs(error: unknown): NoScore {
  return no('judging_failed', '', `a fault of ours: ${(error as Error).message}`)
}

function noRubric(asked: string | undefined, { standards }: Shelf): NoScore {
  const isUnknown = asked !== undefined && !standards.includes(asked)
  return no('unknown_standard', 'standard', isUnknown ? `unknown standard "${asked}"; there are: ${standards.join(', ')}` : 'no standard fits: routing does not cover the call, or none is in effect on its day')
}

function no(code: NoScore['code'], path: string, message: string): NoScore {
  return { ok: false, code, path, message }
}
