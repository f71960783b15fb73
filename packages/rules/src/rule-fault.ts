import { FaultError, type FaultText, joinFaults, textIn } from '@yuzhi/schemas'

/** A mistake in a rule file; line and column count from 1, 0 for the file as a whole. */
export interface RuleFault extends FaultText {
  file: string
  line: number
  column: number
  /** A warning does not keep a rubric from being used. */
  severity: 'error' | 'warning'
}

/** All mistakes of a set of rule files at once. */
export class RuleError extends FaultError {
  readonly code = 'rules'
  constructor(readonly faults: readonly RuleFault[]) {
    super(tellFaults(faults))
  }
}

/** Mistakes with their places, a line each. */
export function tellFaults(faults: readonly RuleFault[]): FaultText {
  return joinFaults(faults.map((fault) => ({ message: formatFault(fault), zh: formatFault(fault, 'zh') })))
}

export function formatFault({ file, line, column, ...fault }: RuleFault, lang: 'en' | 'zh' = 'en'): string {
  const text = textIn(fault, lang)
  return line > 0 ? `${file}:${line}:${column}: ${text}` : `${file}: ${text}`
}

/** Shared files are read for each standard; their mistakes are told once. */
export function uniqueFaults(faults: readonly RuleFault[]): RuleFault[] {
  return [...new Map(faults.map((fault) => [formatFault(fault), fault])).values()]
}
