import type { Evidence } from '@yuzhi/schemas'
import type { AnalysedCall, Occurrence } from '@yuzhi/signals'
import type { Judgement } from './judge-clause.js'

/** Spans of the original turns behind a judgement, each once: the words, what made the clause apply, where something was due. */
export function evidenceOf(judgement: Judgement, call: AnalysedCall): Evidence[] {
  const evidence = judgement.said.flatMap((occurrence) => spansOf(occurrence, 'said', call))
  for (const { utterances, instead } of judgement.missing) {
    if (instead !== undefined) evidence.push(...spansOf(instead, 'said', call))
    evidence.push(...utterances.flatMap((utterance) => dueTurns(utterance, call)))
  }
  evidence.push(...judgement.situations.flatMap((occurrence) => spansOf(occurrence, 'situation', call)))
  return [...new Map(evidence.map((item) => [`${item.kind} ${item.turn} ${item.start} ${item.end}`, item])).values()]
}

function spansOf(occurrence: Occurrence, kind: 'said' | 'situation', { call, utterances }: AnalysedCall): Evidence[] {
  const own =
    occurrence.utterance < 0
      ? []
      : utterances[occurrence.utterance].spans(occurrence.from, occurrence.to).map(({ turn, start, end }) => ({
          turn, start, end, text: call.turns[turn].text.slice(start, end), kind, how: occurrence.how,
        }))
  return [...own, ...(occurrence.parts ?? []).flatMap((part) => spansOf(part, kind, { call, utterances } as AnalysedCall))]
}

/** The turns that an utterance is made of. */
function dueTurns(utterance: number, { call, utterances }: AnalysedCall): Evidence[] {
  const from = utterances[utterance].firstTurn
  const to = utterances.at(utterance + 1)?.firstTurn ?? call.turns.length
  return call.turns.slice(from, to).map(({ text }, i) => ({ turn: from + i, start: 0, end: text.length, text, kind: 'due' }))
}
