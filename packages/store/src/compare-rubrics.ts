import type { Outcome } from '@yuzhi/schemas'
import { type Executor, queryRows } from './executor.js'

/** What another rubric makes of the calls that both have judged. */
export interface RubricDifference {
  calls: number
  changed: number
  oldAverage: number
  newAverage: number
  grades: { grade: string; old: number; new: number }[]
  agents: { agent_id: string; agent_name: string; calls: number; old: number; new: number }[]
  /** Violations are null of a rubric that does not have the clause. */
  clauses: { clause_id: string; old_violations: number | null; new_violations: number | null; changed: number }[]
  moves: { call_id: string; agent_id: string; agent_name: string; old: number; new: number; clauses: ClauseMove[] }[]
}

/** What became of a clause in a call. */
export interface ClauseMove {
  clause_id: string
  /** Empty where the rubric does not have the clause. */
  old: Outcome | ''
  new: Outcome | ''
  old_points: number
  new_points: number
  /** Of the new rubric; where it does not have the clause, of the old. */
  reason: string
}

const MOST = 20

/** Compares two rubrics by their hashes; the calls that move most come first, in each the clauses that came out otherwise, then those that weigh otherwise. */
export async function compareRubrics(executor: Executor, database: string, oldHash: string, newHash: string): Promise<RubricDifference> {
  const parameters = { old: oldHash, new: newHash }
  const both = (columns: string): string =>
    `(SELECT call_id, agent_id, agent_name, ${columns} FROM ${database}.score_history FINAL WHERE rubric_hash = {old:String}) AS o
     GLOBAL INNER JOIN (SELECT call_id, ${columns} FROM ${database}.score_history FINAL WHERE rubric_hash = {new:String}) AS n ON n.call_id = o.call_id`
  const rows = <Row>(sql: string): Promise<Row[]> => queryRows<Row>(executor, sql, parameters)
  const [total] = await rows<{ calls: number; changed: number; old: number | null; new: number | null }>(
    `SELECT toUInt32(count()) AS calls, toUInt32(countIf(o.score != n.score)) AS changed, round(avg(o.score), 2) AS old, round(avg(n.score), 2) AS new FROM ${both('score')}`,
  )
  const pairs = both('score, grade, clause.id AS ids, clause.outcome AS outcomes, clause.points AS points, clause.reason AS reasons')
  const side = (of: 'o' | 'n', column: string): string => `${of}.${column}[indexOf(${of}.ids, id)]`
  const outcome = (of: 'o' | 'n'): string => `if(has(${of}.ids, id), toString(${side(of, 'outcomes')}), '')`
  const ids = 'arrayDistinct(arrayConcat(o.ids, n.ids))'
  const points = (of: 'o' | 'n'): string => `toFloat64(${side(of, 'points')})`
  return {
    calls: total.calls,
    changed: total.changed,
    oldAverage: total.old ?? 0,
    newAverage: total.new ?? 0,
    grades: await rows(
      `SELECT grade, toUInt32(sum(was)) AS old, toUInt32(sum(is)) AS new FROM (
         SELECT o.grade AS grade, o.score AS score, 1 AS was, 0 AS is FROM ${both('grade, score')} UNION ALL SELECT n.grade AS grade, n.score AS score, 0 AS was, 1 AS is FROM ${both('grade, score')}
       ) GROUP BY grade ORDER BY max(score) DESC`,
    ),
    agents: await rows(
      `SELECT o.agent_id AS agent_id, any(o.agent_name) AS agent_name, toUInt32(count()) AS calls, round(avg(o.score), 2) AS old, round(avg(n.score), 2) AS new
       FROM ${both('score')} GROUP BY agent_id HAVING old != new ORDER BY abs(new - old) DESC, agent_id LIMIT ${MOST}`,
    ),
    clauses: await rows(
      `SELECT clause_id, if(max(was) = '', NULL, toUInt32(countIf(was = 'violated'))) AS old_violations,
              if(max(is) = '', NULL, toUInt32(countIf(is = 'violated'))) AS new_violations, toUInt32(countIf(was != is)) AS changed
       FROM (
         SELECT ${ids} AS clause_ids, arrayMap(id -> ${outcome('o')}, clause_ids) AS old_outcomes, arrayMap(id -> ${outcome('n')}, clause_ids) AS new_outcomes
         FROM ${pairs}
       ) ARRAY JOIN clause_ids AS clause_id, old_outcomes AS was, new_outcomes AS is
       GROUP BY clause_id HAVING changed > 0 ORDER BY changed DESC, clause_id`,
    ),
    moves: await rows(
      `SELECT o.call_id AS call_id, o.agent_id AS agent_id, o.agent_name AS agent_name, toFloat64(o.score) AS old, toFloat64(n.score) AS new,
              arraySort(x -> (x.2 = x.3, -abs(x.5 - x.4), x.1), arrayFilter(x -> x.4 != x.5 OR x.2 != x.3 AND ('violated' IN (x.2, x.3) OR '' NOT IN (x.2, x.3)), arrayMap(
                id -> CAST((id, ${outcome('o')}, ${outcome('n')}, ${points('o')}, ${points('n')}, if(has(n.ids, id), ${side('n', 'reasons')}, ${side('o', 'reasons')})),
                  'Tuple(clause_id String, old String, new String, old_points Float64, new_points Float64, reason String)'),
                ${ids}))) AS clauses
       FROM ${pairs} WHERE old != new ORDER BY abs(new - old) DESC, call_id LIMIT ${MOST}`,
    ),
  }
}
