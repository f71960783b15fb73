import { createHash } from 'node:crypto'
import { type ClauseSpec, compileClause, confidenceOf, evidenceOf, type JudgeClause, reasonFor } from '@yuzhi/clauses'
import type { Call, RubricId, Score } from '@yuzhi/schemas'
import { type AnalysedCall, compileSignals, type ReportFault, type SignalSet, type SignalSpec, type TrainedCache } from '@yuzhi/signals'
import type { Segmenter } from '@yuzhi/text'
import type { Language } from './language.js'
import type { RuleSet } from './load-rules.js'
import { RuleError, type RuleFault } from './rule-fault.js'
import { type Reckon, reckoner, type Scoring, scoringOf } from './scoring.js'

/** Raised whenever the code comes to judge the same rules otherwise; part of every rubric's hash. */
export const ENGINE = '9'

/** Calls that are judged together, at most: the more, the less each costs, up to here. */
export const CALLS_TOGETHER = 128

/** A standard ready to judge calls: a pure function of the call, apart from scratch memory. */
export interface Rubric {
  id: RubricId
  rules: RuleSet
  signals: SignalSet
  /** How outcomes become points. */
  scoring: Scoring
  score: (call: Call) => Score
  /** `score` of each, faster for many. */
  scoreAll: (calls: readonly Call[]) => Score[]
}

/** Compiles a rule set. Throws a RuleError with every mistake, placed in its file. */
export function compileRubric(rules: RuleSet, language: Language, segmenter: Segmenter, cache?: TrainedCache): Rubric {
  const faults: RuleFault[] = [...rules.faults]
  const report: ReportFault = (path, { message, zh }) => {
    faults.push({ ...rules.locate(path), message, zh, severity: 'error' })
  }
  const environment = { segmenter, shifts: rules.shifts, synonyms: language.synonyms, background: language.background, cache, broken: rules.broken }
  const titleOf = (name: string): string => rules.signals.get(name)?.title ?? ''
  const compileAllClauses = (set: SignalSet): JudgeClause[] => rules.clauses.map((spec) => compileClause(spec, set, [spec.id], titleOf))
  // Mistakes are looked for in every signal; then only those count that a clause leads to: the others would cost time with every call.
  compileAllClauses(compileSignals(rules.signals, environment, report))
  if (faults.some(({ severity }) => severity === 'error')) throw new RuleError(faults)
  const used = reachable(rules)
  const signals = compileSignals(used, environment, () => undefined)
  const judges = compileAllClauses(signals)
  const clauses = rules.clauses.map((spec, i) => ({ spec, judge: judges[i], whenTitle: typeof spec.when === 'string' ? (rules.signals.get(spec.when)?.title ?? '') : '' }))
  signals.finish()
  const { standard } = rules
  const id = { id: standard.id, version: standard.version, hash: hashOf({ ...rules, signals: used }, language, segmenter) }
  const scoring = scoringOf(rules)
  const reckon = reckoner(scoring)
  const scoreAll = (calls: readonly Call[]): Score[] => {
    const scores: Score[] = []
    for (let from = 0; from < calls.length; from += CALLS_TOGETHER) {
      for (const analysed of signals.analyseAll(calls.slice(from, from + CALLS_TOGETHER))) scores.push(scoreCall(analysed, id, reckon, clauses))
    }
    return scores
  }
  return { id, rules, signals, scoring, scoreAll, score: (call) => scoreAll([call])[0] }
}

/** The signals that the clauses name, and those that these name. */
function reachable({ signals, clauses }: RuleSet): Map<string, SignalSpec> {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
    if (typeof value !== 'string' || found.has(value) || !signals.has(value)) return
    found.add(value)
    visit({ ...signals.get(value), hits: [], misses: [] })
  }
  visit(clauses.map(({ when, unless, expect, forbid, shows }) => [when, unless, expect, forbid, shows]))
  return new Map([...signals].filter(([name]) => found.has(name)))
}

interface CompiledClause {
  spec: ClauseSpec
  whenTitle: string
  judge: JudgeClause
}

function scoreCall(analysed: AnalysedCall, rubric: RubricId, reckon: Reckon, clauses: readonly CompiledClause[]): Score {
  const judgements = clauses.map(({ judge }) => judge(analysed))
  const { score, base, points, fatal, grade } = reckon(judgements)
  return {
    call_id: analysed.call.call_id,
    standard: rubric.id,
    rubric,
    score,
    grade,
    fatal,
    base,
    clauses: clauses.map(({ spec, whenTitle }, i) => ({
      id: spec.id,
      outcome: judgements[i].outcome,
      points: points[i],
      ...(judgements[i].times > 1 ? { times: judgements[i].times } : {}),
      evidence: evidenceOf(judgements[i], analysed),
      confidence: confidenceOf(judgements[i]),
      reason: reasonFor(spec, judgements[i], analysed, whenTitle),
    })),
  }
}

/** Covers everything that can change an outcome; tests, titles of files and comments do not. */
function hashOf({ standard, signals, clauses, shifts }: RuleSet, { synonyms, background }: Language, segmenter: Segmenter): string {
  const decisive = {
    engine: ENGINE,
    standard: { ...standard, catalogue: [] },
    signals: [...signals].map(([name, spec]) => [name, withoutUnlearned(spec)]),
    shifts: [...shifts].sort(([a], [b]) => a.localeCompare(b)),
    clauses: clauses.map((clause) => ({ ...clause, tests: [], why: '' })),
    synonyms,
    background,
    dictionary: segmenter.fingerprint,
  }
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16)
}

/** Examples only decide where a signal learns from them. */
function withoutUnlearned(spec: SignalSpec): object {
  return spec.similar === undefined ? { ...spec, hits: [], misses: [] } : spec
}
