import type { RuleSet } from './load-rules.js'
import type { RuleFault } from './rule-fault.js'

/** Signals that ship have 46 at the least and 170 in the middle; below this a model knows little more than its own examples. */
const ENOUGH = 20

/** Warns of signals that learn similar wording from few examples. */
export function fewExamples(rules: RuleSet): RuleFault[] {
  return [...rules.signals].flatMap(([name, { similar, hits = [] }]): RuleFault[] => {
    if (similar === undefined || hits.length >= ENOUGH) return []
    const message = `"${name}" learns similar wording from ${hits.length} hits: give ${ENOUGH} or more, each said in other words, or it finds little else than these`
    return [{ ...rules.locate([name, 'similar']), message, zh: `“${name}” 只从 ${hits.length} 句例句学习相似说法：请写到 ${ENOUGH} 句以上，说法各不相同，否则几乎只认得这几句`, severity: 'warning' }]
  })
}
