import { z } from 'zod'
import type { AnalysedCall, Utterance } from '../analysed-call.js'
import { type Detector, type Resolved, type Scope, type SignalRef, SignalRefSpec } from '../detector.js'
import type { Occurrence } from '../occurrence.js'

const Range = z.strictObject({ above: z.number().nonnegative().optional(), below: z.number().nonnegative().optional() })

const Spec = z.strictObject({
  silence_seconds: Range.optional().describe('Nobody speaks before the utterance'),
  response_seconds: Range.optional().describe('From the end of the other speaker to the start of the utterance'),
  interrupts_ms: Range.optional().describe('The utterance starts before the other speaker has ended: by how much they overlap'),
  chars_per_minute: Range.extend({ per: z.enum(['turn', 'call']).default('turn'), min_chars: z.int().positive().default(10) }).optional(),
  speaks: z.literal(true).optional().describe('Every utterance'),
  talks: z.strictObject({ seconds: z.number().positive().optional(), chars: z.int().positive().optional() }).optional().describe('Speaks at least so long without the other; either bound is enough'),
  hold_seconds: Range.extend({ asked: SignalRefSpec.describe('The signal of asking to wait') }).optional().describe('From asking to wait to the next words of the same speaker'),
})
type Spec = z.infer<typeof Spec>
type Range = z.infer<typeof Range>

/** Silence, response time, interruption, speech rate, long talk, hold. Calls without times show none of it (`speaks` and `talks.chars` do). */
export const timing: Detector<Spec> = {
  key: 'timing',
  spec: Spec,
  combines: false,
  compile(spec, scope) {
    const hold = spec.hold_seconds === undefined ? undefined : compileHold(spec.hold_seconds, scope)
    const looksAtUtterances = spec.speaks === true || spec.silence_seconds !== undefined || spec.response_seconds !== undefined || spec.interrupts_ms !== undefined || spec.chars_per_minute?.per === 'turn'
    return (call) => {
      const found: Occurrence[] = hold?.(call) ?? []
      if (spec.chars_per_minute?.per === 'call') found.push(...callPace(call, spec.chars_per_minute, scope.role))
      if (spec.talks !== undefined) found.push(...longTalks(call, spec.talks, scope.role))
      if (!looksAtUtterances) return found
      for (const utterance of call.utterances) {
        if (scope.role !== 'any' && scope.role !== utterance.role) continue
        atUtterance(call, utterance, spec, found)
      }
      return found
    }
  },
}

/** Adds to `found` what the utterance shows. */
function atUtterance(call: AnalysedCall, utterance: Utterance, spec: Spec, found: Occurrence[]): void {
  if (spec.speaks === true) found.push(at(utterance, ''))
  if (utterance.index > 0) {
    const previous = call.utterances[utterance.index - 1]
    const gap = utterance.startMs === undefined || previous.endMs === undefined ? undefined : (utterance.startMs - previous.endMs) / 1000
    if (isInside(spec.silence_seconds, gap)) found.push(at(utterance, `${gap}s`))
    if (previous.role !== utterance.role && isInside(spec.response_seconds, gap)) found.push(at(utterance, `${gap}s`))
  }
  if (spec.interrupts_ms !== undefined) found.push(...interruptions(call, utterance, spec.interrupts_ms))
  if (spec.chars_per_minute?.per === 'turn') {
    const pace = charsPerMinute([utterance], spec.chars_per_minute.min_chars)
    if (isInside(spec.chars_per_minute, pace)) found.push(at(utterance, `${pace}`))
  }
}

/**
 * A turn that starts while a turn of the other role, begun earlier, goes on. Turns that overlap by
 * less than the bound are the recogniser's rounding; an acknowledgement of two characters is listening.
 */
function interruptions({ call, utterances }: AnalysedCall, utterance: Utterance, range: Range): Occurrence[] {
  const found: Occurrence[] = []
  const other = utterances.at(utterance.index - 1)
  if (utterance.index === 0 || other === undefined || other.role === utterance.role || other.role === 'system') return []
  const first = call.turns[utterance.firstTurn]
  const before = call.turns[utterance.firstTurn - 1]
  if (first.start_ms === undefined || first.end_ms === undefined || before.end_ms === undefined) return []
  const overlap = Math.min(before.end_ms, first.end_ms) - first.start_ms
  if (utterance.view.length > 4 && isInside(range, overlap)) found.push(at(utterance, `${overlap}`))
  return found
}

function callPace({ utterances }: AnalysedCall, range: Range & { min_chars: number }, role: string): Occurrence[] {
  const own = utterances.filter((utterance) => role === 'any' || utterance.role === role)
  const pace = charsPerMinute(own, range.min_chars)
  if (!isInside(range, pace)) return []
  return [at(own.reduce((a, b) => (b.view.length > a.view.length ? b : a)), `${pace}`)]
}

/** Characters a minute, punctuation and particles aside, over the time spoken. */
function charsPerMinute(utterances: readonly Utterance[], minChars: number): number | undefined {
  let chars = 0
  let ms = 0
  for (const { view, startMs, endMs } of utterances) {
    if (startMs === undefined || endMs === undefined || endMs <= startMs) continue
    chars += view.length
    ms += endMs - startMs
  }
  return ms === 0 || chars < minChars ? undefined : Math.round((chars / ms) * 60_000)
}

/** An answer this short (嗯, 是的, 好的您说) does not take the floor. */
const MAX_BACKCHANNEL = 6

/** Stretches in which one speaker holds the floor, answered by no more than an acknowledgement; seen at the first utterance. */
function longTalks({ utterances }: AnalysedCall, bounds: { seconds?: number | undefined; chars?: number | undefined }, role: string): Occurrence[] {
  const found: Occurrence[] = []
  for (let first = 0; first < utterances.length; ) {
    const speaker = utterances[first].role
    const talk = [utterances[first]]
    let next = first + 1
    for (;;) {
      const isAnswered = next < utterances.length && utterances[next].role !== speaker && utterances[next].view.length <= MAX_BACKCHANNEL
      const following = isAnswered ? next + 1 : next
      if (following >= utterances.length || utterances[following].role !== speaker) break
      talk.push(utterances[following])
      next = following + 1
    }
    if ((role === 'any' || role === speaker) && isLong(talk, bounds)) found.push({ ...at(talk[0], ''), parts: talk.slice(1).map((utterance) => at(utterance, '')) })
    first = talk[talk.length - 1].index + 1
  }
  return found
}

function isLong(talk: readonly Utterance[], { seconds, chars }: { seconds?: number | undefined; chars?: number | undefined }): boolean {
  if (chars !== undefined && talk.reduce((sum, { view }) => sum + view.length, 0) >= chars) return true
  const ms = talk.reduce((sum, { startMs, endMs }) => sum + (startMs === undefined || endMs === undefined ? 0 : endMs - startMs), 0)
  return seconds !== undefined && ms >= seconds * 1000
}

function compileHold(range: Range & { asked: SignalRef }, { resolve }: Scope): (call: AnalysedCall) => Occurrence[] {
  const asked: Resolved = resolve(range.asked, ['hold_seconds', 'asked'])
  return (call) =>
    asked.occurrences(call).flatMap((wait) => {
      const { role, endMs } = call.utterances[wait.utterance]
      const back = nextOf(call, wait.utterance, role)
      const held = back?.startMs === undefined || endMs === undefined ? undefined : (back.startMs - endMs) / 1000
      return back !== undefined && isInside(range, held) ? [{ ...at(back, `${held}s`), parts: [wait] }] : []
    })
}

function nextOf({ utterances }: AnalysedCall, after: number, role: string): Utterance | undefined {
  for (let i = after + 1; i < utterances.length; i++) if (utterances[i].role === role) return utterances[i]
  return undefined
}

function isInside(range: Range | undefined, value: number | undefined): boolean {
  if (range === undefined || value === undefined) return false
  return (range.above === undefined || value >= range.above) && (range.below === undefined || value < range.below)
}

function at({ index, text }: Utterance, detail: string): Occurrence {
  return { utterance: index, from: 0, to: text.length, how: 'time', marks: 0, confidence: 1, detail }
}
