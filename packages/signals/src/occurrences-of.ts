import type { Role } from '@yuzhi/schemas'
import type { AnalysedCall } from './analysed-call.js'
import { contextMarks } from './context-marks.js'
import type { Detect } from './detector.js'
import { inOrder, type Mark, markBit, type Occurrence } from './occurrence.js'
import { overlap } from './place.js'

export interface CompiledSignal {
  role: Role | 'any'
  accept: readonly Mark[]
  minConfidence: number
  except: Detect | undefined
  detectors: readonly { combines: boolean; detect: Detect }[]
}

/** An exception this close to the words belongs to them. */
const EXCEPTION_REACH = 10

/** How the occurrence was seen decides whether the words around it can turn its meaning. */
const READS_CONTEXT = new Set<Occurrence['how']>(['phrase', 'sound', 'regex', 'similar', 'entity'])

/** What a signal's detectors see in a call and the signal accepts, in order, each stretch of words once. */
export function occurrencesOf(signal: CompiledSignal, call: AnalysedCall): Occurrence[] {
  const refused = refusedMarks(signal.accept)
  const found: Occurrence[] = []
  const exceptions = signal.except?.(call) ?? []
  for (const { combines, detect } of signal.detectors) {
    for (const seen of detect(call)) {
      const occurrence = combines || seen.utterance < 0 ? seen : inContext(seen, call)
      if (!combines && !isSaidBy(signal.role, occurrence, call)) continue
      if ((occurrence.marks & refused) !== 0 && !combines) continue
      if (occurrence.confidence < signal.minConfidence) continue
      if (exceptions.some((exception) => isBeside(exception, occurrence))) continue
      if (found.some((known) => overlap(known, occurrence) && known.how !== 'entity')) continue
      found.push(occurrence)
    }
  }
  return found.sort(inOrder)
}

function refusedMarks(accept: readonly Mark[]): number {
  let refused = ~0
  for (const mark of accept) refused &= ~markBit(mark)
  return refused
}

function inContext(occurrence: Occurrence, { utterances }: AnalysedCall): Occurrence {
  const { text, confidence } = utterances[occurrence.utterance]
  const marks = READS_CONTEXT.has(occurrence.how) ? contextMarks(text, occurrence.from, occurrence.to) : 0
  return { ...occurrence, marks, confidence }
}

function isSaidBy(role: Role | 'any', { utterance }: Occurrence, { utterances }: AnalysedCall): boolean {
  return role === 'any' || utterance < 0 || utterances[utterance].role === role
}

function isBeside(exception: Occurrence, occurrence: Occurrence): boolean {
  return (
    exception.utterance === occurrence.utterance &&
    exception.from - EXCEPTION_REACH < occurrence.to &&
    occurrence.from < exception.to + EXCEPTION_REACH
  )
}
