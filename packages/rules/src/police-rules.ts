import type { Outcome } from '@yuzhi/schemas'
import type { ReportFault, SignalSpec } from '@yuzhi/signals'
import type { RuleFault } from './rule-fault.js'
import type { Rubric } from './rubric.js'
import { expectationOf, OUTCOMES } from './test-rules.js'

const MIN_EXAMPLES = 3

/**
 * What an author owes his rules: examples and near misses for every signal, a dialogue for every
 * outcome of every clause, nothing twice, nothing that nobody uses. `usedElsewhere` names shared
 * signals that other standards use.
 */
export function policeRules({ rules, signals }: Rubric, usedElsewhere: ReadonlySet<string> = new Set()): RuleFault[] {
  const faults: RuleFault[] = []
  const report: ReportFault = (path, { message, zh }) => {
    faults.push({ ...rules.locate(path), message, zh, severity: 'error' })
  }
  for (const [name, spec] of rules.signals) {
    if (!signals.used.has(name) && !usedElsewhere.has(name)) report([name], { message: `nothing uses the signal "${name}"`, zh: `没有条款或信号用到 “${name}”` })
    policeExamples(name, spec, report)
  }
  for (const { id, tests, when, unless } of rules.clauses) {
    const outcomes = new Set(tests.map((test) => expectationOf(test)[0]))
    const owed: Outcome[] = when === undefined && unless === undefined ? ['met', 'violated'] : ['met', 'violated', 'not_applicable']
    for (const outcome of owed) if (!outcomes.has(outcome)) report([id, 'tests'], { message: `the clause "${id}" has no dialogue that is ${outcome}`, zh: `条款 “${id}” 缺少一段${OUTCOMES[outcome]}的对话（${outcome}）` })
    const seen = new Set<string>()
    for (const [index, test] of tests.entries()) {
      const key = JSON.stringify([expectationOf(test)[1].trim(), test.call])
      if (seen.has(key)) report([id, 'tests', index], { message: 'this dialogue stands above already', zh: '这段对话前面已经写过' })
      seen.add(key)
    }
  }
  return faults
}

function policeExamples(name: string, { hits = [], misses = [] }: SignalSpec, report: ReportFault): void {
  if (hits.length < MIN_EXAMPLES) report([name], { message: `the signal "${name}" has ${hits.length} hits; ${MIN_EXAMPLES} are the least`, zh: `信号 “${name}” 的 hits 有 ${hits.length} 句，至少要 ${MIN_EXAMPLES} 句` })
  if (misses.length < MIN_EXAMPLES) report([name], { message: `the signal "${name}" has ${misses.length} near misses; ${MIN_EXAMPLES} are the least`, zh: `信号 “${name}” 的 misses（像而不是的）有 ${misses.length} 句，至少要 ${MIN_EXAMPLES} 句` })
  const seen = new Set<string>()
  for (const [kind, texts] of [['hits', hits], ['misses', misses]] as const) {
    for (const [index, text] of texts.entries()) {
      const key = text.trim()
      if (seen.has(key)) report([name, kind, index], { message: `"${text}" stands among the examples already`, zh: `“${text}” 在例句中已经写过` })
      seen.add(key)
    }
  }
}
