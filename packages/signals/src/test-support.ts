import { Call } from '@yuzhi/schemas'
import { jiebaSegmenter } from '@yuzhi/text'
import { compileSignals, type SignalSet } from './compile-signals.js'
import type { Occurrence } from './occurrence.js'
import { SignalSpec } from './signal-spec.js'
import type { Background } from './similar/learner.js'

/** A line of a test call: `a` agent, `c` customer; seconds from and to where times matter. */
export type Line = readonly ['a' | 'c', string] | readonly ['a' | 'c', string, number, number]

export function callOf(lines: readonly Line[], fields: Readonly<Record<string, unknown>> = {}): Call {
  const turns = lines.map(([role, text, start, end]) => ({
    role: role === 'a' ? 'agent' : 'customer',
    text,
    ...(start === undefined ? {} : { start_ms: start * 1000, end_ms: (end ?? start) * 1000 }),
  }))
  return Call.parse({ call_id: 't', started_at: '2026-03-12T10:00:00+08:00', ...fields, turns })
}

export interface TestSignals {
  set: SignalSet
  faults: string[]
  /** The words of every occurrence, `how` before them; calls as a whole give the empty string. */
  seen: (name: string, lines: readonly Line[], fields?: Readonly<Record<string, unknown>>) => string[]
  occurrences: (name: string, call: Call) => readonly Occurrence[]
}

/** Compiles signals as an author would write them. */
export function signalsOf(specs: Readonly<Record<string, unknown>>, background: Background = { agent: [], customer: [] }): TestSignals {
  const faults: string[] = []
  const parsed = new Map(Object.entries(specs).map(([name, spec]) => [name, SignalSpec.parse(spec)]))
  const environment = { segmenter: jiebaSegmenter([]), synonyms: { 抱歉: ['对不起', '不好意思', '抱歉'] }, background }
  const set = compileSignals(parsed, environment, (path, { message }) => faults.push(`${path.join('.')}: ${message}`))
  set.finish()
  const occurrences = (name: string, call: Call): readonly Occurrence[] => set.resolve(name, []).occurrences(set.analyse(call))
  return {
    set,
    faults,
    occurrences,
    seen(name, lines, fields) {
      const call = callOf(lines, fields)
      const analysed = set.analyse(call)
      return occurrences(name, call).map(({ utterance, from, to, how }) => (utterance < 0 ? '' : `${how} ${analysed.utterances[utterance].text.slice(from, to)}`))
    },
  }
}

/** Compiles one signal and says what it sees in one utterance of the agent. */
export function seenIn(spec: unknown, text: string): string[] {
  return signalsOf({ it: spec }).seen('it', [['a', text]])
}
