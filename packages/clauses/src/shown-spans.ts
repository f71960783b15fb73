import type { AnalysedCall, Occurrence, Span } from '@yuzhi/signals'

/** Windows of similar wording end where they end; a word that one cuts is shown whole, if it is no longer than this. */
const LONGEST_CUT = 4

/** Where the words of an occurrence stand in the original turns, one span a turn; empty where it has no words. */
export function shownSpans({ utterance, from, to, how }: Occurrence, { utterances }: AnalysedCall): Span[] {
  if (utterance < 0) return []
  const said = utterances[utterance]
  if (how !== 'similar') return said.spans(from, to)
  return said.spans(edgeFrom(said.edges, from, -1), edgeFrom(said.edges, to, 1))
}

/** The next edge of a word in that direction; where there is none near, the place itself. */
function edgeFrom(edges: Uint8Array, place: number, step: -1 | 1): number {
  for (let at = place; at >= 0 && at < edges.length && Math.abs(at - place) <= LONGEST_CUT; at += step) if (edges[at] === 1) return at
  return place
}
