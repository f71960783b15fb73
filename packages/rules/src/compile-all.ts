import type { Rubric } from './rubric.js'
import { RuleError, type RuleFault, uniqueFaults } from './rule-fault.js'
import type { Shelf } from './shelf.js'

/** Compiles every standard; mistakes come all at once. */
export function compileAll(shelf: Shelf): { rubrics: Rubric[]; faults: RuleFault[] } {
  const rubrics: Rubric[] = []
  const faults: RuleFault[] = []
  for (const rules of shelf.ruleSets) {
    try {
      rubrics.push(shelf.compile(rules))
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      faults.push(...error.faults)
    }
  }
  return { rubrics, faults: uniqueFaults(faults) }
}
