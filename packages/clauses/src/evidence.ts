import type { Evidence } from '@yuzhi/schemas'
import type { AnalysedCall, Occurrence } from '@yuzhi/signals'
import type { Judgement } from './judge-clause.js'
import { shownSpans } from './shown-spans.js'

/** Spans of the original turns behind a judgement, each once: the words, what made the clause apply, where something was due. */
export function evidenceOf({ said, missing, situations }: Judgement, call: AnalysedCall): Evidence[] {
  const evidence: Evidence[] = []
  for (const occurrence of said) addSpans(evidence, occurrence, 'said', call)
  for (const { utterances, instead } of missing) {
    if (instead !== undefined) addSpans(evidence, instead, 'said', call)
    for (const utterance of utterances) addDueTurns(evidence, utterance, call)
  }
  for (const occurrence of situations) addSpans(evidence, occurrence, 'situation', call)
  return eachOnce(evidence)
}

function addSpans(evidence: Evidence[], occurrence: Occurrence, kind: 'said' | 'situation', analysed: AnalysedCall): void {
  const { how, parts } = occurrence
  for (const { turn, start, end } of shownSpans(occurrence, analysed)) {
    evidence.push({ turn, start, end, text: analysed.call.turns[turn].text.slice(start, end), kind, how })
  }
  if (parts !== undefined) for (const part of parts) addSpans(evidence, part, kind, analysed)
}

/** The turns that an utterance is made of. */
function addDueTurns(evidence: Evidence[], utterance: number, { call, utterances }: AnalysedCall): void {
  const to = utterance + 1 < utterances.length ? utterances[utterance + 1].firstTurn : call.turns.length
  for (let turn = utterances[utterance].firstTurn; turn < to; turn++) {
    const { text } = call.turns[turn]
    evidence.push({ turn, start: 0, end: text.length, text, kind: 'due' })
  }
}

/** Words seen in two ways are shown once, as they were seen last. */
function eachOnce(evidence: Evidence[]): Evidence[] {
  if (evidence.length < 2) return evidence
  const byTurn = new Map<number, number[]>()
  const kept: Evidence[] = []
  for (const item of evidence) {
    const places = byTurn.get(item.turn)
    const known = places?.find((place) => kept[place].start === item.start && kept[place].end === item.end && kept[place].kind === item.kind)
    if (known !== undefined) {
      kept[known] = item
      continue
    }
    if (places === undefined) byTurn.set(item.turn, [kept.length])
    else places.push(kept.length)
    kept.push(item)
  }
  return kept
}
