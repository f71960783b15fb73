import { existsSync, readdirSync } from 'node:fs'
import type { Call, Outcome, Score } from '@yuzhi/schemas'
import { JUDGEMENT, readLines } from './paths.js'

/** A labelled call; the shape is that of the labelling guide. */
export interface LabelledCall {
  call: Call
  expect: Record<string, Outcome>
  where?: Record<string, number[]>
  why?: Record<string, string>
}

/** Calls that were written and labelled together, by people who had not seen the rules. */
export interface Round {
  standard: string
  number: number
  cases: LabelledCall[]
}

export interface Tally {
  labels: number
  right: number
  /** Violations: labelled and found, found though not labelled, labelled and not found. */
  truePositive: number
  falsePositive: number
  falseNegative: number
  /** Decisions that are right and whose label names turns; how many of them show one of these turns. */
  placed: number
  inTurn: number
}

export interface Agreement {
  all: Tally
  clauses: ReadonlyMap<string, Tally>
  misses: readonly string[]
}

/** The rounds of a standard, in order. */
export function readRounds(standard: string): Round[] {
  const folder = `${JUDGEMENT}/${standard}`
  if (!existsSync(folder)) return []
  const numbers = readdirSync(folder).flatMap((name) => /^round-(\d+)\.jsonl$/u.exec(name)?.[1] ?? []).map(Number)
  return numbers.sort((a, b) => a - b).map((number) => ({
    standard,
    number,
    cases: readLines(`${folder}/round-${number}.jsonl`).map((line) => JSON.parse(line) as LabelledCall),
  }))
}

/** Compares scores with labels, as the project's judge tool does. */
export function agreementOf(cases: readonly LabelledCall[], score: (call: Call) => Score): Agreement {
  const all = emptyTally()
  const clauses = new Map<string, Tally>()
  const misses: string[] = []
  for (const { call, expect, where = {}, why = {} } of cases) {
    const decided = new Map(score(call).clauses.map((clause) => [clause.id, clause]))
    for (const [id, wanted] of Object.entries(expect)) {
      const outcome = decided.get(id)?.outcome
      const turns = where[id] as number[] | undefined
      const evidence = decided.get(id)?.evidence ?? []
      const isInTurn = turns === undefined || turns.length === 0 ? undefined : evidence.some(({ turn }) => turns.includes(turn))
      const tally = clauses.get(id) ?? emptyTally()
      clauses.set(id, tally)
      for (const each of [all, tally]) count(each, wanted, outcome, isInTurn)
      if (outcome !== wanted) misses.push(`${call.call_id}  ${id}  ${wanted} → ${outcome ?? 'undecided'}  ${why[id] ?? ''}`)
      else if (isInTurn === false && wanted !== 'not_applicable') misses.push(`${call.call_id}  ${id}  ${wanted}, but in turn ${evidence.map(({ turn }) => turn).join(', ') || 'none'} instead of ${turns?.join(', ') ?? ''}`)
    }
  }
  return { all, clauses, misses }
}

/** Right decisions among all: each clause counts the same. 0–1. */
export function meanOverClauses({ clauses }: Agreement): number {
  const tallies = [...clauses.values()]
  return tallies.reduce((sum, { right, labels }) => sum + right / labels, 0) / tallies.length
}

export function precisionOf({ truePositive, falsePositive }: Tally): number {
  return truePositive / (truePositive + falsePositive)
}

export function recallOf({ truePositive, falseNegative }: Tally): number {
  return truePositive / (truePositive + falseNegative)
}

function emptyTally(): Tally {
  return { labels: 0, right: 0, truePositive: 0, falsePositive: 0, falseNegative: 0, placed: 0, inTurn: 0 }
}

function count(tally: Tally, wanted: Outcome, outcome: Outcome | undefined, isInTurn: boolean | undefined): void {
  tally.labels++
  if (outcome === wanted) tally.right++
  if (wanted === 'violated') tally[outcome === wanted ? 'truePositive' : 'falseNegative']++
  else if (outcome === 'violated') tally.falsePositive++
  if (outcome !== wanted || wanted === 'not_applicable' || isInTurn === undefined) return
  tally.placed++
  if (isInTurn) tally.inTurn++
}
