import { readdirSync, readFileSync } from 'node:fs'
import type { Call, Outcome, Score } from '@yuzhi/schemas'
import { JUDGEMENT } from './paths.js'

/** A labelled call; the shape is that of the labelling guide. */
export interface LabelledCall {
  call: Call
  expect: Record<string, Outcome>
  where?: Record<string, number[]>
  why?: Record<string, string>
}

export interface Agreement {
  labels: number
  /** Shares, 0–1; agreement is also given as the mean over clauses. */
  agreement: number
  meanOverClauses: number
  precision: number
  recall: number
  evidence: number
  misses: string[]
}

export function readRounds(): Map<string, LabelledCall[]> {
  const files = readdirSync(JUDGEMENT).filter((name) => /^round-\d+\.jsonl$/u.test(name)).sort()
  return new Map(files.map((name) => [name.replace('.jsonl', ''), readFileSync(`${JUDGEMENT}/${name}`, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as LabelledCall)]))
}

/** Compares scores with labels: agreement, violations found, evidence in the right turn. */
export function agreementOf(cases: readonly LabelledCall[], score: (call: Call) => Score): Agreement {
  const perClause = new Map<string, { right: number; all: number }>()
  const count = { truePositive: 0, falsePositive: 0, falseNegative: 0, evidence: 0, evidenceRight: 0 }
  const misses: string[] = []
  for (const { call, expect, where = {}, why = {} } of cases) {
    const clauses = new Map(score(call).clauses.map((clause) => [clause.id, clause]))
    for (const [id, wanted] of Object.entries(expect)) {
      const clause = clauses.get(id)
      const isRight = clause?.outcome === wanted
      const tally = perClause.get(id) ?? { right: 0, all: 0 }
      perClause.set(id, { right: tally.right + (isRight ? 1 : 0), all: tally.all + 1 })
      if (wanted === 'violated') count[isRight ? 'truePositive' : 'falseNegative']++
      else if (clause?.outcome === 'violated') count.falsePositive++
      const turns = where[id] as number[] | undefined
      if (isRight && wanted !== 'not_applicable' && turns !== undefined && turns.length > 0) {
        count.evidence++
        if (clause.evidence.some(({ turn }) => turns.includes(turn))) count.evidenceRight++
      }
      if (!isRight) misses.push(`${call.call_id}  ${id}  ${wanted} → ${clause?.outcome ?? 'undecided'}  ${why[id] ?? ''}`)
    }
  }
  const tallies = [...perClause.values()]
  const labels = tallies.reduce((sum, { all }) => sum + all, 0)
  return {
    labels,
    agreement: tallies.reduce((sum, { right }) => sum + right, 0) / labels,
    meanOverClauses: tallies.reduce((sum, { right, all }) => sum + right / all, 0) / tallies.length,
    precision: count.truePositive / (count.truePositive + count.falsePositive),
    recall: count.truePositive / (count.truePositive + count.falseNegative),
    evidence: count.evidenceRight / count.evidence,
    misses,
  }
}
