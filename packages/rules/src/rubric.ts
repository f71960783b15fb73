import { createHash } from 'node:crypto'
import { type ClauseSpec, type ClauseWeight, compileClause, evidenceOf, type JudgeClause, reasonFor, sharePoints } from '@yuzhi/clauses'
import type { Call, RubricId, Score } from '@yuzhi/schemas'
import { type AnalysedCall, compileSignals, type Resolved, type SignalSet, type SignalSpec, type TrainedCache } from '@yuzhi/signals'
import type { Segmenter } from '@yuzhi/text'
import type { Language } from './language.js'
import type { RuleSet } from './load-rules.js'
import { RuleError, type RuleFault } from './rule-fault.js'

/** Raised whenever the code comes to judge the same rules otherwise; part of every rubric's hash. */
const ENGINE = '1'

/** A standard ready to judge calls: a pure function of the call, apart from scratch memory. */
export interface Rubric {
  id: RubricId
  rules: RuleSet
  signals: SignalSet
  score: (call: Call) => Score
}

/** Compiles a rule set. Throws a RuleError with every mistake, placed in its file. */
export function compileRubric(rules: RuleSet, language: Language, segmenter: Segmenter, cache?: TrainedCache): Rubric {
  const faults: RuleFault[] = [...rules.faults]
  const report = (path: readonly (string | number)[], message: string): void => {
    faults.push({ ...rules.locate(path), message, severity: 'error' })
  }
  const signals = compileSignals(rules.signals, { segmenter, synonyms: language.synonyms, background: language.background, cache, broken: rules.broken }, report)
  const titleOf = ({ name }: Resolved): string => rules.signals.get(name)?.title ?? ''
  const clauses = rules.clauses.map((spec) => {
    const title = typeof spec.when === 'string' ? (rules.signals.get(spec.when)?.title ?? '') : ''
    return { spec, whenTitle: title, judge: compileClause(spec, signals, [spec.id], (resolved) => titleOf(resolved) || spec.title) }
  })
  if (faults.some(({ severity }) => severity === 'error')) throw new RuleError(faults)
  signals.finish()
  const { standard } = rules
  const id = { id: standard.id, version: standard.version, hash: hashOf(rules, language, segmenter) }
  return { id, rules, signals, score: (call) => scoreCall(call, id, rules, signals.analyse(call), clauses) }
}

interface CompiledClause {
  spec: ClauseSpec
  whenTitle: string
  judge: JudgeClause
}

function scoreCall(call: Call, rubric: RubricId, { standard }: RuleSet, analysed: AnalysedCall, clauses: readonly CompiledClause[]): Score {
  const judgements = clauses.map(({ judge }) => judge(analysed))
  const dimensions = new Map(Object.entries(standard.dimensions).map(([name, { weight }]) => [name, weight]))
  const { score, base, points, fatal } = sharePoints(clauses.map(({ spec }) => weightOf(spec)), judgements, dimensions, standard.base)
  return {
    call_id: call.call_id,
    standard: standard.id,
    rubric,
    score,
    grade: gradeOf(score, standard.bands),
    fatal,
    base,
    clauses: clauses.map(({ spec, whenTitle }, i) => ({
      id: spec.id,
      outcome: judgements[i].outcome,
      points: points[i],
      evidence: evidenceOf(judgements[i], analysed),
      reason: reasonFor(spec, judgements[i], analysed, whenTitle),
    })),
  }
}

function weightOf({ dimension, share = 0, add = 0, deduct = 0, each, cap = Infinity, veto }: ClauseSpec): ClauseWeight {
  return { dimension, share, add, deduct, each, cap, ceiling: veto?.ceiling }
}

function gradeOf(score: number, bands: readonly { grade: string; from: number }[]): string {
  const reached = bands.filter(({ from }) => score >= from).sort((a, b) => b.from - a.from)
  return (reached.at(0) ?? bands.reduce((lowest, band) => (band.from < lowest.from ? band : lowest))).grade
}

/** Covers everything that can change an outcome; tests, titles of files and comments do not. */
function hashOf({ standard, signals, clauses }: RuleSet, { synonyms, background }: Language, segmenter: Segmenter): string {
  const decisive = {
    engine: ENGINE,
    standard: { ...standard, catalogue: [] },
    signals: [...signals].map(([name, spec]) => [name, withoutUnlearned(spec)]),
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
