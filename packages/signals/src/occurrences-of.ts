import type { Role } from '@yuzhi/schemas'
import type { AnalysedCall } from './analysed-call.js'
import { contextMarks } from './context-marks.js'
import type { Detect } from './detector.js'
import { inOrder, type Mark, markBit, type Occurrence } from './occurrence.js'
import { overlap } from './place.js'

export interface CompiledSignal {
  role: Role | 'any'
  /** Marks with which it does not count, as bits. */
  refused: number
  minConfidence: number
  except: Detect | undefined
  detectors: readonly { combines: boolean; detect: Detect }[]
}

/** An exception this close to the words belongs to them. */
const EXCEPTION_REACH = 10

/** How the occurrence was seen decides whether the words around it can turn its meaning. */
const READS_CONTEXT = new Set<Occurrence['how']>(['phrase', 'sound', 'regex', 'similar', 'entity'])

/**
 * What a signal's detectors see in a call and the signal accepts, in order, each stretch of words
 * once: where two detectors see the same words, the first has them.
 */
export function occurrencesOf(signal: CompiledSignal, call: AnalysedCall): Occurrence[] {
  let exceptions: readonly Occurrence[] | undefined
  let kept: Occurrence[] = []
  for (const { combines, detect } of signal.detectors) {
    const found = detect(call)
    if (found.length === 0) continue
    exceptions ??= signal.except?.(call) ?? []
    const accepted: Occurrence[] = []
    for (const seen of found) {
      if (!combines && !isSaidBy(signal.role, seen, call)) continue
      const occurrence = combines || seen.utterance < 0 ? seen : inContext(seen, call)
      if (!combines && (occurrence.marks & signal.refused) !== 0) continue
      if (occurrence.confidence < signal.minConfidence || isBesideAny(exceptions, occurrence)) continue
      accepted.push(occurrence)
    }
    if (accepted.length > 0) kept = mergeWithoutOverlap(kept, isInOrder(accepted) ? accepted : accepted.sort(inOrder))
  }
  return kept
}

function isInOrder(occurrences: readonly Occurrence[]): boolean {
  for (let i = 1; i < occurrences.length; i++) if (inOrder(occurrences[i - 1], occurrences[i]) > 0) return false
  return true
}

/** Both in order; of `added`, what overlaps nothing before it and nothing in `kept`. */
function mergeWithoutOverlap(kept: readonly Occurrence[], added: readonly Occurrence[]): Occurrence[] {
  const merged: Occurrence[] = []
  let next = 0
  for (const occurrence of added) {
    while (next < kept.length && inOrder(kept[next], occurrence) <= 0) merged.push(kept[next++])
    if (isFree(merged.at(-1), occurrence) && isFree(kept.at(next), occurrence)) merged.push(occurrence)
  }
  while (next < kept.length) merged.push(kept[next++])
  return merged
}

function isFree(other: Occurrence | undefined, occurrence: Occurrence): boolean {
  return other === undefined || !overlap(other, occurrence)
}

/** The marks with which an occurrence does not count, as bits. */
export function refusedMarks(accept: readonly Mark[]): number {
  let refused = ~0
  for (const mark of accept) refused &= ~markBit(mark)
  return refused
}

/** Writes to the occurrence: detectors make theirs anew for each call. */
function inContext(occurrence: Occurrence, { utterances }: AnalysedCall): Occurrence {
  const { text, cues, confidence } = utterances[occurrence.utterance]
  occurrence.marks = READS_CONTEXT.has(occurrence.how) ? contextMarks(text, occurrence.from, occurrence.to, cues) : 0
  occurrence.confidence = confidence
  return occurrence
}

function isSaidBy(role: Role | 'any', { utterance, how }: Occurrence, { utterances }: AnalysedCall): boolean {
  return role === 'any' || how === 'metadata' || utterance < 0 || utterances[utterance].role === role
}

/** Is one of `exceptions` (in order, without overlap) in these words or right beside them? */
function isBesideAny(exceptions: readonly Occurrence[], { utterance, from, to }: Occurrence): boolean {
  let low = 0
  let high = exceptions.length
  while (low < high) {
    const middle = (low + high) >> 1
    const exception = exceptions[middle]
    if (exception.utterance < utterance || (exception.utterance === utterance && exception.to + EXCEPTION_REACH <= from)) low = middle + 1
    else high = middle
  }
  if (low === exceptions.length) return false
  const nearest = exceptions[low]
  return nearest.utterance === utterance && nearest.from - EXCEPTION_REACH < to
}
