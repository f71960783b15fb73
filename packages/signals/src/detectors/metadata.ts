import type { Call } from '@yuzhi/schemas'
import { z } from 'zod'
import { beijingTime } from '../beijing.js'
import { festivalOn, FESTIVALS } from '../festivals.js'
import type { Utterance } from '../analysed-call.js'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'

const Range = z.strictObject({ above: z.number().optional(), below: z.number().optional() })
const OneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)])

const Spec = z.strictObject({
  direction: OneOrMore.optional(),
  hung_up_by: OneOrMore.optional(),
  gender: OneOrMore.optional().describe('customer.gender'),
  attributes: z.record(z.string(), OneOrMore).optional(),
  ring_seconds: Range.optional(),
  duration_seconds: Range.optional(),
  hour: Range.optional().describe('Hour of the day (0–24) at the start, in Beijing; above is inclusive'),
  festival: z.union([z.literal('any').transform(() => [...FESTIVALS]), z.array(z.enum(FESTIVALS)).min(1)]).optional(),
  timed: z.boolean().optional().describe('Whether turns carry times'),
})
type Spec = z.infer<typeof Spec>

/** What the call's own fields say; all given fields must fit. It holds for the call as a whole; who hung up is seen at its end, how long it rang at the agent's first words. */
export const metadata: Detector<Spec> = {
  key: 'metadata',
  spec: Spec,
  combines: false,
  compile(spec) {
    return ({ call, utterances }) => (fits(spec, call) ? [ofCall(spec, call, seenAt(spec, utterances))] : [])
  },
}

function seenAt(spec: Spec, utterances: readonly Utterance[]): Utterance | undefined {
  if (spec.hung_up_by !== undefined) return utterances.at(-1)
  return spec.ring_seconds === undefined ? undefined : utterances.find(({ role }) => role === 'agent')
}

function ofCall(spec: Spec, call: Call, at: Utterance | undefined): Occurrence {
  const detail = spec.festival === undefined ? Object.keys(spec).join(', ') : (festivalOn(call.started_at) ?? '')
  return { utterance: at?.index ?? -1, from: 0, to: at?.text.length ?? 0, how: 'metadata', marks: 0, confidence: 1, detail }
}

function fits(spec: Spec, call: Call): boolean {
  const festival = spec.festival === undefined ? undefined : festivalOn(call.started_at)
  return (
    isOneOf(spec.direction, call.direction) &&
    isOneOf(spec.hung_up_by, call.hung_up_by) &&
    isOneOf(spec.gender, call.customer?.gender) &&
    Object.entries(spec.attributes ?? {}).every(([key, values]) => isOneOf(values, call.attributes?.[key])) &&
    isInside(spec.ring_seconds, seconds(call.ring_ms)) &&
    isInside(spec.duration_seconds, seconds(call.duration_ms)) &&
    (spec.hour === undefined || isInside(spec.hour, beijingTime(call.started_at).hour)) &&
    (spec.festival === undefined || (festival !== undefined && spec.festival.includes(festival))) &&
    (spec.timed === undefined || spec.timed === isTimed(call))
  )
}

export function isTimed({ turns }: Call): boolean {
  return turns.some(({ start_ms: start, end_ms: end }) => start !== undefined && end !== undefined)
}

function isOneOf(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value))
}

function isInside(range: z.infer<typeof Range> | undefined, value: number | undefined): boolean {
  if (range === undefined) return true
  return value !== undefined && (range.above === undefined || value >= range.above) && (range.below === undefined || value < range.below)
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
