import { Role } from '@yuzhi/schemas'
import { z } from 'zod'
import { type Detector, SignalRefSpec } from './detector.js'
import { all, any, count, near, none, placed, sequence } from './detectors/combinations.js'
import { compare } from './detectors/compare.js'
import { entity } from './detectors/entity.js'
import { metadata } from './detectors/metadata.js'
import { phrases } from './detectors/phrases.js'
import { regex } from './detectors/regex.js'
import { repetition } from './detectors/repetition.js'
import { similar } from './detectors/similar.js'
import { timing } from './detectors/timing.js'
import { MARKS } from './occurrence.js'

/** Every way to see a signal; the order is that of preference where two see the same words. */
export const DETECTORS: readonly Detector<never>[] = [
  phrases, regex, similar, entity, timing, repetition, metadata, any, all, none, sequence, count, near, placed, compare,
] as unknown as readonly Detector<never>[]

/** Occurrences that are negated or somebody else's words do not count unless a signal says so. */
const DEFAULT_ACCEPT = ['question', 'condition', 'third_person'] as const


export const SignalSpec = z.strictObject({
  title: z.string().optional().describe('In Chinese, for reasons and lists'),
  role: z.union([Role, z.literal('any')]).optional().describe('Who says it; agent unless told otherwise'),
  family: z.string().optional().describe('Signals of one family overlap in meaning and are not learned against each other'),
  accept: z.array(z.enum(MARKS)).default([...DEFAULT_ACCEPT]).describe('Contexts in which it still counts'),
  except: SignalRefSpec.optional().describe('No hit where this signal is found in the same words or right beside them'),
  min_confidence: z.number().min(0).max(1).optional().describe('Of the recogniser'),
  hits: z.array(z.string().min(1)).optional().describe('Utterances that must show it'),
  misses: z.array(z.string().min(1)).optional().describe('Utterances that look alike and must not'),
  ...Object.fromEntries(DETECTORS.map(({ key, spec }) => [key, (spec as z.ZodType).optional()])),
})
/** A signal as its author wrote it; each detector's options stand under its key. */
export type SignalSpec = z.infer<typeof SignalSpec> & Readonly<Record<string, unknown>>
