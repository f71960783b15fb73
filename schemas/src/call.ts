import { z } from 'zod'

/** Who speaks. `system` is an announcement or an IVR prompt. */
export const Role = z.enum(['agent', 'customer', 'system'])
export type Role = z.infer<typeof Role>

/** A week: what is longer is no call, but a clock or another unit. */
const LONGEST_MS = 7 * 24 * 3_600_000
const Milliseconds = z.int().nonnegative().max(LONGEST_MS)
/** Times that a store can hold, and a recorder can mean. */
const OTHER_YEAR = /^(?!19[89]\d|20\d\d)\d{4}-/u

export const Turn = z.looseObject({
  role: Role,
  text: z.string().describe('The transcript as the recogniser gave it'),
  start_ms: Milliseconds.optional().describe('From the start of the call'),
  end_ms: Milliseconds.optional().describe('From the start of the call'),
  confidence: z.number().min(0).max(1).optional().describe('Of the recogniser'),
})
export type Turn = z.infer<typeof Turn>

export const Agent = z.looseObject({
  id: z.string().min(1),
  name: z.string().optional(),
  team: z.string().optional(),
})

export const Customer = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  gender: z.enum(['male', 'female']).optional(),
})

/**
 * A call as producers send it: one JSON object, in a file one a line. Unknown fields are kept.
 * Times are milliseconds from the start of the call; `started_at` is ISO 8601 with an offset.
 */
export const Call = z
  .looseObject({
    call_id: z.string().min(1).describe('Unique per call; the Kafka message key'),
    standard: z.string().min(1).optional().describe('Absent: routing decides'),
    direction: z.enum(['inbound', 'outbound', 'counter', 'onsite']).optional(),
    started_at: z.iso.datetime({ offset: true }).refine((text) => !OTHER_YEAR.test(text), { message: 'a year from 1980 to 2099', params: { zh: '年份要在 1980 到 2099 之间' } }).describe('Start of the call'),
    duration_ms: Milliseconds.optional().describe('To hang-up'),
    ring_ms: Milliseconds.optional().describe('Ringing before the answer'),
    hung_up_by: z.enum(['agent', 'customer', 'system']).optional(),
    agent: Agent.optional(),
    customer: Customer.optional(),
    attributes: z.record(z.string(), z.string()).optional(),
    turns: z.array(Turn).min(1).describe('In time order'),
  })
  .superRefine((call, context) => {
    for (const fault of turnOrderFaults(call.turns)) {
      context.addIssue({ code: 'custom', ...fault })
    }
  })
export type Call = z.infer<typeof Call>

/** At most this many faults of one call are listed; the rest follow from them. */
const MAX_ORDER_FAULTS = 5

/** Turns must start in time order (they may overlap) and end no earlier than they start. */
function turnOrderFaults(turns: readonly Turn[]): { path: (string | number)[]; message: string; params: { zh: string } }[] {
  const faults: ReturnType<typeof turnOrderFaults> = []
  let latestStart = -Infinity
  for (const [index, turn] of turns.entries()) {
    if (faults.length === MAX_ORDER_FAULTS) break
    const { start_ms: start, end_ms: end } = turn
    if (start !== undefined && end !== undefined && end < start) {
      faults.push({ path: ['turns', index, 'end_ms'], message: `ends at ${end}, before its start ${start}`, params: { zh: `结束于 ${end}，早于开始 ${start}` } })
    }
    if (start === undefined) continue
    if (start < latestStart) {
      faults.push({ path: ['turns', index, 'start_ms'], message: `starts at ${start}, before an earlier turn (${latestStart})`, params: { zh: `开始于 ${start}，早于前面的一句（${latestStart}）` } })
    }
    latestStart = Math.max(latestStart, start)
  }
  return faults
}
