import type { ClauseTest } from '@yuzhi/clauses'
import type { Call, FaultText, Outcome } from '@yuzhi/schemas'
import { type RuleFault } from './rule-fault.js'
import { DialogueError, isDialogue, parseDialogue, singleUtterance } from './parse-dialogue.js'
import type { Rubric } from './rubric.js'

export interface RuleTestReport {
  passed: number
  /** What came out otherwise, placed where the example stands. */
  failed: RuleFault[]
}

/** Outcomes in Chinese, for messages. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = { met: '符合', violated: '违反', not_applicable: '不适用' }

/** Runs the examples of every signal and the dialogues of every clause. */
export function testRules(rubric: Rubric): RuleTestReport {
  const report: RuleTestReport = { passed: 0, failed: [] }
  const check = (path: readonly (string | number)[], fault: FaultText | undefined): void => {
    if (fault === undefined) report.passed++
    else report.failed.push({ ...rubric.rules.locate(path), message: fault.message, zh: fault.zh, severity: 'error' })
  }
  for (const name of rubric.signals.names) {
    const spec = rubric.rules.signals.get(name)
    for (const kind of ['hits', 'misses'] as const) {
      for (const [index, text] of (spec?.[kind] ?? []).entries()) check([name, kind, index], testSignal(rubric, name, text, kind === 'hits'))
    }
  }
  for (const { id, tests } of rubric.rules.clauses) {
    for (const [index, test] of tests.entries()) check([id, 'tests', index], testClause(rubric, id, test))
  }
  return report
}

function testSignal(rubric: Rubric, name: string, text: string, shouldHit: boolean): FaultText | undefined {
  const role = rubric.rules.signals.get(name)?.role ?? 'agent'
  return withDialogue(() => {
    const call = isDialogue(text) ? parseDialogue(text) : singleUtterance(text, role)
    const found = occurrencesIn(rubric, name, call)
    if (found.length > 0 === shouldHit) return undefined
    if (shouldHit) return { message: `"${name}" misses "${text}"`, zh: `“${name}” 没有命中 “${text}”` }
    return { message: `"${name}" hits "${text}" (${found.join(', ')})`, zh: `“${name}” 误中 “${text}”（${found.join('，')}）` }
  })
}

/** How a signal was seen in a call, for messages. */
function occurrencesIn({ signals }: Rubric, name: string, call: Call): string[] {
  const analysed = signals.analyse(call)
  return signals
    .resolve(name, [])
    .occurrences(analysed)
    .map(({ how, detail, utterance, from, to }) => `${how} ${detail}${utterance < 0 ? '' : ` "${analysed.utterances[utterance].text.slice(from, to)}"`}`)
}

function testClause(rubric: Rubric, id: string, test: ClauseTest): FaultText | undefined {
  const [expected, dialogue] = expectationOf(test)
  return withDialogue(() => {
    const clause = rubric.score(parseDialogue(dialogue, test.call)).clauses.find((result) => result.id === id)
    if (clause === undefined) return { message: `"${id}" is not decided`, zh: `“${id}” 没有判定` }
    if (clause.outcome !== expected) return { message: `"${id}" is ${clause.outcome}, not ${expected}: ${clause.reason}`, zh: `“${id}” 判为${OUTCOMES[clause.outcome]}，应为${OUTCOMES[expected]}：${clause.reason}` }
    if (test.turn !== undefined && !clause.evidence.some(({ turn }) => turn + 1 === test.turn)) {
      const lines = clause.evidence.map(({ turn }) => turn + 1)
      return { message: `"${id}" is ${expected}, but line ${test.turn} is not among the evidence (${lines.join(', ')})`, zh: `“${id}” 判为${OUTCOMES[expected]}，但依据中没有第 ${test.turn} 行（有 ${lines.join('、')}）` }
    }
    return undefined
  })
}

/** The outcome that a test expects, and its dialogue. */
export function expectationOf({ met, violated, not_applicable: notApplicable }: ClauseTest): [Outcome, string] {
  if (met !== undefined) return ['met', met]
  return violated === undefined ? ['not_applicable', notApplicable ?? ''] : ['violated', violated]
}

function withDialogue(check: () => FaultText | undefined): FaultText | undefined {
  try {
    return check()
  } catch (error) {
    if (error instanceof DialogueError) return error
    throw error
  }
}
