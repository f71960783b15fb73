import { type ClauseOutcome, type ClauseWeight, type Points, type PointsBehind, pointsBehind, sharePoints } from '@yuzhi/clauses'
import { z } from 'zod'
import type { RuleSet } from './load-rules.js'
import type { Rubric } from './rubric.js'

/** How the outcomes of a rubric's clauses become points: all that is needed to reckon a score anew. */
export const Scoring = z.object({
  base: z.number(),
  dimensions: z.record(z.string(), z.number()),
  bands: z.array(z.object({ grade: z.string(), from: z.number() })).min(1),
  clauses: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      dimension: z.string(),
      share: z.number(),
      add: z.number(),
      deduct: z.number(),
      each: z.boolean(),
      cap: z.number().nullable(),
      ceiling: z.number().nullable(),
    }),
  ),
})
export type Scoring = z.infer<typeof Scoring>

export function scoringOf({ standard, clauses }: RuleSet): Scoring {
  return {
    base: standard.base,
    dimensions: Object.fromEntries(Object.entries(standard.dimensions).map(([name, { weight }]) => [name, weight])),
    bands: standard.bands,
    clauses: clauses.map(({ id, title, dimension, share = 0, add = 0, deduct = 0, each, cap = null, veto }) => ({
      id, title, dimension, share, add, deduct, each, cap, ceiling: veto?.ceiling ?? null,
    })),
  }
}

/** Points and grade of a call from the outcomes of its clauses, in the order of the rubric. */
export type Reckon = (outcomes: readonly ClauseOutcome[]) => Points & { grade: string }

export function reckoner({ base, dimensions, bands, clauses }: Scoring): Reckon {
  const weights = weightsOf(clauses)
  const weightOf = new Map(Object.entries(dimensions))
  return (outcomes) => {
    const points = sharePoints(weights, outcomes, weightOf, base)
    return { ...points, grade: gradeOf(points.score, bands) }
  }
}

/** What stands behind those points. */
export function reckonBehind({ base, dimensions, clauses }: Scoring, outcomes: readonly ClauseOutcome[]): PointsBehind {
  return pointsBehind(weightsOf(clauses), outcomes, new Map(Object.entries(dimensions)), base)
}

function weightsOf(clauses: Scoring['clauses']): ClauseWeight[] {
  return clauses.map(({ cap, ceiling, ...weight }) => ({ ...weight, cap: cap ?? Infinity, ceiling: ceiling ?? undefined }))
}

function gradeOf(score: number, bands: Scoring['bands']): string {
  const reached = bands.filter(({ from }) => score >= from).sort((a, b) => b.from - a.from)
  return (reached.at(0) ?? bands.reduce((lowest, band) => (band.from < lowest.from ? band : lowest))).grade
}

/** What is kept of a rubric for ever. */
export type RubricRecord = ReturnType<typeof rubricRecord>

/** A rubric as it is kept for ever; `body` is JSON that `scoringInBody` and a reader can use. */
export function rubricRecord({ id, rules, scoring }: Rubric): { hash: string; id: string; version: string; title: string; clauses: { id: string; title: string; veto: boolean }[]; body: string } {
  return {
    ...id,
    title: rules.standard.title,
    clauses: scoring.clauses.map((clause) => ({ id: clause.id, title: clause.title, veto: clause.ceiling !== null })),
    body: JSON.stringify({ scoring, standard: rules.standard, clauses: rules.clauses, signals: Object.fromEntries(rules.signals) }),
  }
}

export function scoringInBody(body: string): Scoring {
  return z.object({ scoring: Scoring }).parse(JSON.parse(body)).scoring
}
