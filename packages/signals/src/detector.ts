import type { FaultText, Role } from '@yuzhi/schemas'
import { z } from 'zod'
import type { AnalysedCall } from './analysed-call.js'
import type { Occurrence } from './occurrence.js'
import type { PhraseBook } from './phrases/phrase-book.js'
import type { Lesson } from './similar/learner.js'

/** Finds a signal in a call; occurrences in any order, context marks and role not yet looked at. */
export type Detect = (call: AnalysedCall) => readonly Occurrence[]

/** The name of a signal, or a signal without a name, written in place. */
export type SignalRef = string | Readonly<Record<string, unknown>>
export const SignalRefSpec: z.ZodType<SignalRef> = z.union([z.string(), z.record(z.string(), z.unknown())])

/** What a detector may use while it is compiled. */
export interface Scope {
  /** Name of the signal, for lessons and messages. */
  signal: string
  role: Role | 'any'
  /** Exceptions are looked for by their characters alone, wherever they stand. */
  isException: boolean
  /** What the signal learns from; only signals with examples may be learned. */
  lesson: Lesson | undefined
  /** Names of the backgrounds that there are. */
  backgrounds: readonly string[]
  synonyms: Readonly<Record<string, readonly string[]>>
  phrases: PhraseBook
  /** Registers the lesson with its role's learner; hits appear in `call.similar` under the number. */
  teach: (lesson: Lesson) => number
  /** Occurrences of another signal, after its own filters; reports an unknown name as a fault. */
  resolve: (ref: SignalRef, path: readonly (string | number)[]) => Resolved
  /** Reports a mistake of the rule's author; `path` is relative to the detector's key. */
  fault: (path: readonly (string | number)[], text: FaultText) => void
}

export interface Resolved {
  name: string
  role: Role | 'any'
  occurrences: Detect
}

/** One way to see a signal: a key of the rule language with its own options. A new one is one file. */
export interface Detector<Spec> {
  key: string
  spec: z.ZodType<Spec>
  /** True for combinations of signals: roles and context were looked at already. */
  combines: boolean
  compile: (spec: Spec, scope: Scope) => Detect
}
