import { Place, SignalRefSpec } from '@yuzhi/signals'
import { z } from 'zod'


export const Requirement = Place.extend({
  signal: SignalRefSpec,
  at_least: z.int().positive().default(1),
  or_else: SignalRefSpec.optional().describe('Looked for in the same place only where the first is not found'),
  due: z.enum(['opening', 'closing']).optional().describe('Where it is missed, if it may stand anywhere'),
  ahead_of: SignalRefSpec.optional().describe('Must come before the first of this signal in the same place'),
})
export type Requirement = z.infer<typeof Requirement>

export const Prohibition = Place.extend({
  signal: SignalRefSpec,
  at_most: z.int().nonnegative().default(0).describe('So many are forgiven'),
})
export type Prohibition = z.infer<typeof Prohibition>

const OneOrMore = <T extends z.ZodType>(item: T) => z.union([z.array(item).min(1), item.transform((one) => [one])])
const asRequirement = z.union([z.string().transform((signal) => Requirement.parse({ signal })), Requirement])
const asProhibition = z.union([z.string().transform((signal) => Prohibition.parse({ signal })), Prohibition])

export const Veto = z.union([z.literal(true).transform(() => ({ ceiling: 0 })), z.strictObject({ ceiling: z.number().min(0).max(100) })])

const Reasons = z.strictObject({ met: z.string().optional(), violated: z.string().optional(), not_applicable: z.string().optional() })

/** A short dialogue with its outcome: lines `客服: …`, `客户: …`, `客服[0-2.5]: …` with seconds. */
export const ClauseTest = z
  .strictObject({
    met: z.string().optional(),
    violated: z.string().optional(),
    not_applicable: z.string().optional(),
    call: z.record(z.string(), z.unknown()).optional().describe('Fields of the call beside its turns'),
    turn: z.int().positive().optional().describe('The line (from 1) that must be among the evidence'),
  })
  .refine((test) => [test.met, test.violated, test.not_applicable].filter((text) => text !== undefined).length === 1, { message: 'give one of met, violated, not_applicable', params: { zh: 'met、violated、not_applicable 写且只写一个' } })
export type ClauseTest = z.infer<typeof ClauseTest>

/**
 * What should have been, over signals. `when` gives the situations that the clause is about (absent:
 * the call as a whole); in each, all of `expect` must be there and nothing of `forbid`.
 */
export const ClauseSpec = z
  .strictObject({
    id: z.string().min(1),
    title: z.string().min(1),
    dimension: z.string().min(1),
    why: z.string().optional().describe('Why it weighs what it weighs'),
    share: z.number().positive().optional().describe('Part of its dimension that is earned when met'),
    add: z.number().positive().optional().describe('Points of 100 on top when met'),
    deduct: z.number().positive().optional().describe('Points of 100 taken when violated'),
    each: z.boolean().default(false).describe('add and deduct count each time, not once'),
    cap: z.number().positive().optional().describe('With each: at most so many points'),
    veto: Veto.optional().describe('A violation sets the score to 0, or to a ceiling'),
    when: SignalRefSpec.optional(),
    unless: SignalRefSpec.optional().describe('Not applicable where this signal is seen'),
    expect: OneOrMore(asRequirement).optional(),
    forbid: OneOrMore(asProhibition).optional(),
    shows: asRequirement.optional().describe('Shown as evidence where nothing forbidden was said; decides nothing'),
    need: z.union([z.enum(['every', 'some', 'first', 'last']), z.strictObject({ share: z.number().gt(0).max(1) })]).default('every').describe('In how many of the situations'),
    reasons: Reasons.default({}),
    tests: z.array(ClauseTest).default([]),
  })
  .refine(({ expect, forbid }) => expect !== undefined || forbid !== undefined, { message: 'give "expect" or "forbid"', params: { zh: '“expect” 和 “forbid” 至少写一个' } })
export type ClauseSpec = z.infer<typeof ClauseSpec>
