import { createRequire } from 'node:module'
import type * as Recheck from 'recheck'
import type { RuleSet } from './load-rules.js'
import type { RuleFault } from './rule-fault.js'

/** The package is CommonJS and loads half a second's worth of code: only where patterns are checked. */
const load = (): typeof Recheck => createRequire(import.meta.url)('recheck') as typeof Recheck

/** Without repetition nothing can be slow. */
const REPEATS = /[*+{]/u
const TIMEOUT_MS = 2000

/**
 * Warns of regular expressions whose matching grows faster than the text. They run in linear time
 * (RE2) all the same, but mean something else than their author thinks more often than not.
 */
export function slowPatterns(rules: RuleSet): RuleFault[] {
  const faults: RuleFault[] = []
  for (const [name, { regex }] of rules.signals) {
    for (const [index, item] of (Array.isArray(regex) ? regex : []).entries()) {
      const pattern = typeof item === 'string' ? item : (item as { pattern: string }).pattern
      if (!REPEATS.test(pattern)) continue
      const found = load().checkSync(pattern, 'u', { timeout: TIMEOUT_MS })
      if (found.status !== 'vulnerable') continue
      faults.push({ ...rules.locate([name, 'regex', index]), message: `"${pattern}" takes ${found.complexity.summary} time where engines backtrack; divide it or bound its repetitions`, zh: `“${pattern}” 的重复没有界限（${found.complexity.summary}），往往不是作者的本意：请拆开，或给重复加上上限`, severity: 'warning' })
    }
  }
  return faults
}
