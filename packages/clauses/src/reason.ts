import type { AnalysedCall, Occurrence } from '@yuzhi/signals'
import type { ClauseSpec } from './clause-spec.js'
import type { Judgement, Missing } from './judge-clause.js'
import { shownSpans } from './shown-spans.js'

const MAX_WORDS = 24

/**
 * One sentence in Chinese that a supervisor can read to the agent. A rule's own sentence may use
 * {words}, {turn} (what was said), {situation}, {situation_turn}, {expected}, {due_turn}; turns
 * count from 1.
 */
export function reasonFor(spec: ClauseSpec, judgement: Judgement, call: AnalysedCall, whenTitle: string): string {
  const template = spec.reasons[judgement.outcome] ?? defaultTemplate(judgement, whenTitle)
  const parts = partsOf(template)
  let reason = parts[0]
  for (let i = 1; i < parts.length; i += 2) reason += slot(parts[i], spec, judgement, call) + parts[i + 1]
  const { outcome, times } = judgement
  return outcome === 'violated' && spec.each && times > 1 ? reason.replace(/。$/u, `，共${times}次。`) : reason
}

function slot(name: string, spec: ClauseSpec, { said, situations, missing }: Judgement, call: AnalysedCall): string {
  switch (name) {
    case 'title':
      return spec.title
    case 'words':
      return words(said.at(0), call)
    case 'turn':
      return turnOf(said.at(0), call)
    case 'situation':
      return words(situations.at(0), call)
    case 'situation_turn':
      return turnOf(situations.at(0), call)
    case 'expected':
      return expectedTogether(missing).join('”、“')
    case 'due_turn':
      return firstTurnOf(missing.at(0)?.utterances[0], call)
    default:
      return `{${name}}`
  }
}

/** What was due in the same place as the first thing missing. */
function expectedTogether(missing: readonly Missing[]): string[] {
  return [...new Set(missing.filter(({ utterances }) => utterances[0] === missing[0].utterances[0]).map(({ expected }) => expected))]
}

const parted = new Map<string, string[]>()

/** Text and names of slots in turn. */
function partsOf(template: string): string[] {
  let parts = parted.get(template)
  if (parts === undefined) {
    parts = template.split(/\{(\w+)\}/u)
    parted.set(template, parts)
  }
  return parts
}

function defaultTemplate({ outcome, said, situations, missing }: Judgement, whenTitle: string): string {
  if (outcome === 'not_applicable') return whenTitle === '' ? '本通话不涉及“{title}”。' : `通话中没有出现“${whenTitle}”的情形，本条不适用。`
  const place = said.length > 0 && said[0].utterance < (situations.at(0)?.utterance ?? -1) ? '之前' : '之后'
  const context = situations.length > 0 && situations[0].how !== 'time' ? `第{situation_turn}句“{situation}”${place}，` : ''
  if (outcome === 'met') return said.length === 0 ? '通话中没有发现违反“{title}”的言行。' : `${context}第{turn}句说了“{words}”${howSeen(said[0])}，符合“{title}”。`
  if (said.length > 0) return `第{turn}句“{words}”${howSeen(said[0])}，违反“{title}”。`
  if (missing[0].isAnywhere) return '全程没有“{expected}”，不符合“{title}”。'
  return missing[0].instead === undefined ? `${context}第{due_turn}句应有“{expected}”而没有，不符合“{title}”。` : `${context}第{due_turn}句没有先说“{expected}”，不符合“{title}”。`
}

function howSeen({ how, detail }: Occurrence): string {
  if (how === 'sound') return `（读音同“${detail}”）`
  return how === 'similar' ? '（意思相近）' : ''
}

function words(occurrence: Occurrence | undefined, analysed: AnalysedCall): string {
  if (occurrence === undefined) return ''
  const text = shownSpans(occurrence, analysed)
    .map(({ turn, start, end }) => analysed.call.turns[turn].text.slice(start, end))
    .join('')
  return text.length > MAX_WORDS ? `${text.slice(0, MAX_WORDS)}…` : text
}

/** Of the turns that an utterance is made of, the one that holds the words. */
function turnOf(occurrence: Occurrence | undefined, call: AnalysedCall): string {
  const first = occurrence === undefined ? undefined : shownSpans(occurrence, call).at(0)
  return first === undefined ? firstTurnOf(occurrence?.utterance, call) : String(first.turn + 1)
}

function firstTurnOf(utterance: number | undefined, { utterances }: AnalysedCall): string {
  return utterance === undefined || utterance < 0 ? '' : String(utterances[utterance].firstTurn + 1)
}
