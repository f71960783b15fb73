import { type Executor, queryRows } from './executor.js'

/** What another rubric makes of the calls that both have judged. */
export interface RubricDifference {
  calls: number
  changed: number
  oldAverage: number
  newAverage: number
  grades: { grade: string; old: number; new: number }[]
  agents: { agent_id: string; agent_name: string; calls: number; old: number; new: number }[]
  clauses: { clause_id: string; old_violations: number; new_violations: number; changed: number }[]
  moves: { call_id: string; agent_id: string; old: number; new: number; clauses: string[] }[]
}

const MOST = 20

/** Compares two rubrics by their hashes; the calls that move most come first. */
export async function compareRubrics(executor: Executor, database: string, oldHash: string, newHash: string): Promise<RubricDifference> {
  const parameters = { old: oldHash, new: newHash }
  const both = (columns: string): string =>
    `(SELECT call_id, agent_id, agent_name, ${columns} FROM ${database}.score_history FINAL WHERE rubric_hash = {old:String}) AS o
     GLOBAL INNER JOIN (SELECT call_id, ${columns} FROM ${database}.score_history FINAL WHERE rubric_hash = {new:String}) AS n ON n.call_id = o.call_id`
  const rows = <Row>(sql: string): Promise<Row[]> => queryRows<Row>(executor, sql, parameters)
  const [total] = await rows<{ calls: number; changed: number; old: number | null; new: number | null }>(
    `SELECT toUInt32(count()) AS calls, toUInt32(countIf(o.score != n.score)) AS changed, round(avg(o.score), 2) AS old, round(avg(n.score), 2) AS new FROM ${both('score')}`,
  )
  const pairs = both('score, grade, clause.id AS ids, clause.outcome AS outcomes')
  return {
    calls: total.calls,
    changed: total.changed,
    oldAverage: total.old ?? 0,
    newAverage: total.new ?? 0,
    grades: await rows(
      `SELECT grade, toUInt32(sum(was)) AS old, toUInt32(sum(is)) AS new FROM (
         SELECT o.grade AS grade, 1 AS was, 0 AS is FROM ${both('grade')} UNION ALL SELECT n.grade AS grade, 0 AS was, 1 AS is FROM ${both('grade')}
       ) GROUP BY grade ORDER BY grade`,
    ),
    agents: await rows(
      `SELECT o.agent_id AS agent_id, any(o.agent_name) AS agent_name, toUInt32(count()) AS calls, round(avg(o.score), 2) AS old, round(avg(n.score), 2) AS new
       FROM ${both('score')} GROUP BY agent_id HAVING old != new ORDER BY abs(new - old) DESC, agent_id LIMIT ${MOST}`,
    ),
    clauses: await rows(
      `SELECT clause_id, toUInt32(sum(was = 'violated')) AS old_violations, toUInt32(sum(is = 'violated')) AS new_violations, toUInt32(sum(was != is)) AS changed
       FROM (
         SELECT o.ids AS clause_ids, arrayMap(x -> toString(x), o.outcomes) AS old_outcomes,
                arrayMap(id -> if(has(n.ids, id), toString(n.outcomes[indexOf(n.ids, id)]), 'not_applicable'), o.ids) AS new_outcomes
         FROM ${pairs}
         UNION ALL
         SELECT arrayFilter(id -> NOT has(o.ids, id), n.ids) AS clause_ids, arrayMap(id -> 'not_applicable', clause_ids) AS old_outcomes,
                arrayMap(id -> toString(n.outcomes[indexOf(n.ids, id)]), clause_ids) AS new_outcomes
         FROM ${pairs}
       ) ARRAY JOIN clause_ids AS clause_id, old_outcomes AS was, new_outcomes AS is
       GROUP BY clause_id HAVING changed > 0 ORDER BY changed DESC, clause_id`,
    ),
    moves: await rows(
      `SELECT o.call_id AS call_id, o.agent_id AS agent_id, toFloat64(o.score) AS old, toFloat64(n.score) AS new,
              arrayFilter(id -> o.outcomes[indexOf(o.ids, id)] != n.outcomes[indexOf(n.ids, id)], arrayFilter(id -> has(n.ids, id), o.ids)) AS clauses
       FROM ${pairs} WHERE old != new ORDER BY abs(new - old) DESC, call_id LIMIT ${MOST}`,
    ),
  }
}
