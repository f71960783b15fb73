import type { Call } from '@yuzhi/schemas'
import { tailThreshold } from '@yuzhi/signals'
import type { Rubric } from './rubric.js'

/** What a learned signal's threshold should be on somebody's own calls. */
export interface Calibration {
  signal: string
  title: string
  /** Utterances of its speaker that were read, and hits in 10,000 of them: asked for, now, and with the shift. */
  utterances: number
  wanted: number
  before: number
  after: number
  /** Added to the trained threshold, the present shift included. */
  shift: number
  /** The utterances that come nearest to it, the strongest first: new hits where the threshold falls, lost ones where it rises. */
  changed: string[]
}

/** How far an utterance is above a signal's threshold. */
interface Reading {
  excess: number
  text: string
}

/** Fewer utterances say nothing about one in ten thousand. */
export const MIN_UTTERANCES = 1000
/** Hits in 10,000 from which on a signal is taken to be ordinary in these calls (thanks, a greeting): its threshold stays. */
const ORDINARY = 100
const SHOWN = 3

/**
 * Thresholds at which each learned signal hits as often on these calls as its `false_alarms` asks.
 * Utterances that show it by its phrases and the like are left out: they are right hits. What is left
 * should be rare; a signal that is ordinary in these calls keeps its threshold.
 */
export function calibrate({ rules, signals }: Rubric, calls: Iterable<Call>): Calibration[] {
  const models = signals.models()
  // What anybody may say is in two models; it has one shift.
  const readings = new Map([...models.values()].flatMap((model) => model.signals.map((signal): [string, Reading[]] => [signal, []])))
  for (const call of calls) {
    const analysed = signals.analyse(call)
    for (const [role, model] of models) {
      const shown = model.signals.map((name) => new Set(signals.resolve(name, []).occurrences(analysed).flatMap(({ how, utterance }) => (how === 'similar' ? [] : [utterance]))))
      for (const utterance of analysed.utterances) {
        if (role !== utterance.role) continue
        for (const [number, excess] of model.excess(utterance).entries()) {
          if (Number.isFinite(excess) && !shown[number].has(utterance.index)) readings.get(model.signals[number])?.push({ excess, text: utterance.text })
        }
      }
    }
  }
  return [...readings].map(([signal, ofSignal]) => shiftOf(signal, rules.signals.get(signal), rules.shifts.get(signal) ?? 0, ofSignal))
}

function shiftOf(signal: string, spec: { title?: string | undefined; similar?: unknown } | undefined, present: number, readings: readonly Reading[]): Calibration {
  const wanted = (spec?.similar as { false_alarms: number } | undefined)?.false_alarms ?? 1
  const hits = (move: number): number => Math.round((100_000 * readings.filter(({ excess }) => excess >= move).length) / Math.max(1, readings.length)) / 10
  const move = readings.length < MIN_UTTERANCES || hits(0) > ORDINARY ? 0 : tailThreshold(readings.map(({ excess }) => excess), wanted / 10_000)
  const between = readings.filter(({ excess }) => (move < 0 ? excess >= move && excess < 0 : excess >= 0 && excess < move))
  return {
    signal,
    title: spec?.title ?? '',
    utterances: readings.length,
    wanted,
    before: hits(0),
    after: hits(move),
    shift: Math.round(1000 * (present + move)) / 1000,
    changed: [...new Set(between.sort((a, b) => b.excess - a.excess).map(({ text }) => text))].slice(0, SHOWN),
  }
}
