import { ClauseSpec } from '@yuzhi/clauses'
import { SignalSpec } from '@yuzhi/signals'
import { z } from 'zod'

const Day = z.iso.date()
const OneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)])

/** `standard.yaml`: what a rubric is called, for whom, and how its dimensions weigh. */
export const StandardFile = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  version: z.string().min(1),
  effective: z.strictObject({ from: Day.optional(), to: Day.optional().describe('The last day') }).default({}),
  routing: z
    .strictObject({
      direction: OneOrMore.optional().describe('`unknown`: calls that do not say theirs'),
      attributes: z.record(z.string(), OneOrMore).optional(),
    })
    .optional()
    .describe('Calls without a standard of their own that this rubric takes; absent: none'),
  uses: z.array(z.string()).default([]).describe('Folders beside this one whose signals may be used'),
  base: z.number().min(0).max(100).default(0).describe('Points before any clause is looked at'),
  dimensions: z.record(z.string(), z.strictObject({ title: z.string(), weight: z.number().nonnegative() })),
  bands: z.array(z.strictObject({ grade: z.string(), from: z.number().min(0).max(100) })).min(1).describe('The highest band that the score reaches is its grade'),
  catalogue: z.array(z.strictObject({ id: z.string(), title: z.string(), seen_in: z.array(z.enum(['text', 'timing', 'metadata', 'aggregate', 'unobservable'])) })).default([]),
})
export type StandardFile = z.infer<typeof StandardFile>

/** `thresholds.yaml`: what calibration on somebody's own calls adds to the thresholds of learned signals. */
export const ThresholdsFile = z.strictObject({ thresholds: z.record(z.string(), z.number()) })

/** The frame of the file alone: each signal and clause is read by itself, so that a slip in one leaves the others. */
export const SignalsFrame = z.strictObject({ signals: z.record(z.string(), z.unknown()) })
export const ClausesFrame = z.strictObject({ clauses: z.array(z.unknown()) })
export const SignalsFile = z.strictObject({ signals: z.record(z.string(), SignalSpec) })
export const ClausesFile = z.strictObject({ clauses: z.array(ClauseSpec) })
export const SynonymsFile = z.record(z.string(), z.array(z.string().min(1)).min(1))
