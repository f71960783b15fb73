import type { Outcome } from '@yuzhi/schemas'
import type { SignalSpec } from '@yuzhi/signals'
import type { RuleFault } from './rule-fault.js'
import type { Rubric } from './rubric.js'
import { expectationOf } from './test-rules.js'

const MIN_EXAMPLES = 3

/**
 * What an author owes his rules: examples and near misses for every signal, a dialogue for every
 * outcome of every clause, nothing twice, nothing that nobody uses. `usedElsewhere` names shared
 * signals that other standards use.
 */
export function policeRules({ rules, signals }: Rubric, usedElsewhere: ReadonlySet<string> = new Set()): RuleFault[] {
  const faults: RuleFault[] = []
  const report = (path: readonly (string | number)[], message: string): void => {
    faults.push({ ...rules.locate(path), message, severity: 'error' })
  }
  for (const [name, spec] of rules.signals) {
    if (!signals.used.has(name) && !usedElsewhere.has(name)) report([name], `nothing uses the signal "${name}"`)
    policeExamples(name, spec, report)
  }
  for (const { id, tests, when, unless } of rules.clauses) {
    const outcomes = new Set(tests.map((test) => expectationOf(test)[0]))
    const owed: Outcome[] = when === undefined && unless === undefined ? ['met', 'violated'] : ['met', 'violated', 'not_applicable']
    for (const outcome of owed) if (!outcomes.has(outcome)) report([id, 'tests'], `the clause "${id}" has no dialogue that is ${outcome}`)
    const seen = new Set<string>()
    for (const [index, test] of tests.entries()) {
      const key = JSON.stringify([expectationOf(test)[1].trim(), test.call])
      if (seen.has(key)) report([id, 'tests', index], 'this dialogue stands above already')
      seen.add(key)
    }
  }
  return faults
}

type Report = (path: readonly (string | number)[], message: string) => void

function policeExamples(name: string, { hits = [], misses = [] }: SignalSpec, report: Report): void {
  if (hits.length < MIN_EXAMPLES) report([name], `the signal "${name}" has ${hits.length} hits; ${MIN_EXAMPLES} are the least`)
  if (misses.length < MIN_EXAMPLES) report([name], `the signal "${name}" has ${misses.length} near misses; ${MIN_EXAMPLES} are the least`)
  const seen = new Set<string>()
  for (const [kind, texts] of [['hits', hits], ['misses', misses]] as const) {
    for (const [index, text] of texts.entries()) {
      const key = text.trim()
      if (seen.has(key)) report([name, kind, index], `"${text}" stands among the examples already`)
      seen.add(key)
    }
  }
}
