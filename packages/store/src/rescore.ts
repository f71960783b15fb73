import type { Call, Evidence, Outcome } from '@yuzhi/schemas'
import { type Executor, queryRows } from './executor.js'
import { putInForce } from './publications.js'
import { type ReckonScore, review } from './reviews.js'
import { StoreError } from './store-error.js'
import { callOf, TRANSCRIPT_COLUMNS, type TranscriptRow } from './stored-call.js'

/** Calls read at a time: some megabytes of transcripts. */
const PAGE = 500

/**
 * The stored calls from a day on that the rubric has not judged yet, day by day, in pages; so a run
 * that was stopped goes on where it was. `since` is a day; absent: all.
 */
export async function* callsWithout(executor: Executor, database: string, hash: string, standard: string, since = '1970-01-01'): AsyncGenerator<Call[]> {
  const days = await queryRows<{ name: string }>(
    executor,
    `SELECT DISTINCT toString(day) AS name FROM ${database}.scored_calls WHERE day >= {since:Date} AND standard = {standard:String} ORDER BY name`,
    { since, standard },
  )
  for (const { name: day } of days) {
    let last = ''
    for (;;) {
      const rows = await queryRows<TranscriptRow & { call_id: string }>(
        executor,
        `SELECT call_id, ${TRANSCRIPT_COLUMNS} FROM ${database}.transcripts FINAL
         WHERE day = {day:Date} AND call_id > {last:String}
           AND call_id GLOBAL IN (SELECT call_id FROM ${database}.scored_calls WHERE day = {day:Date} AND standard = {standard:String})
           AND call_id GLOBAL NOT IN (SELECT call_id FROM ${database}.score_history WHERE day = {day:Date} AND rubric_hash = {hash:String})
         ORDER BY call_id LIMIT ${PAGE}`,
        { day, last, hash, standard },
      )
      if (rows.length > 0) yield rows.map(callOf)
      if (rows.length < PAGE) break
      last = rows[rows.length - 1].call_id
    }
  }
}

/**
 * Puts a rubric in force: its results become current wherever it has some. Returns how many calls
 * changed hands. Stopped half-way it can be run again; ranks make the last publication win.
 */
export async function publish(executor: Executor, database: string, hash: string, at: string): Promise<number> {
  const [{ n }] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.score_history FINAL WHERE rubric_hash = {hash:String}`, { hash })
  if (n === 0) throw new StoreError('unknown_rubric', { message: `no call was judged by the rubric ${hash}: run yuzhi rescore first`, zh: `没有通话用规则 ${hash} 判过：先运行 yuzhi rescore` }, false)
  const rank = await putInForce(executor, database, hash, at)
  await executor.command(
    `INSERT INTO ${database}.scored_calls (* EXCEPT (version), version)
     SELECT * EXCEPT (position), bitOr(bitShiftLeft(toUInt64(${rank}), 48), position) FROM ${database}.score_history FINAL WHERE rubric_hash = {hash:String}`,
    { hash },
  )
  return n
}

/** Rubrics that have judged calls of the store, newest first; `current`: so many calls show its result. */
export interface KnownRubric {
  hash: string
  id: string
  version: string
  calls: number
  current: number
}

export async function knownRubrics(executor: Executor, database: string): Promise<KnownRubric[]> {
  return queryRows<KnownRubric>(
    executor,
    `SELECT h.rubric_hash AS hash, any(h.rubric_id) AS id, any(h.rubric_version) AS version, toUInt32(uniqExact(h.call_id)) AS calls,
            toUInt32(ifNull(any(c.current), 0)) AS current
     FROM ${database}.score_history AS h
     GLOBAL LEFT JOIN (SELECT rubric_hash, count() AS current FROM ${database}.scored_calls FINAL GROUP BY rubric_hash) AS c ON c.rubric_hash = h.rubric_hash
     GROUP BY h.rubric_hash ORDER BY max(h.scored_at) DESC, hash`,
  )
}

/** The rubric that a person names: by its hash or the beginning of it, by `id@version`, or by a version that is the only one. */
export function findRubric(known: readonly KnownRubric[], name: string): KnownRubric {
  const fitting = known.filter(({ hash, id, version }) => hash.startsWith(name) || `${id}@${version}` === name || version === name)
  const list = known.map(({ hash, id, version }) => `${hash} (${id}@${version})`).join(', ')
  if (fitting.length === 0) throw new StoreError('unknown_rubric', { message: `no call was judged by a rubric "${name}"; there are: ${list}`, zh: `没有通话用规则 “${name}” 判过；现有：${list}` }, false)
  if (fitting.length > 1) {
    const choices = fitting.map(({ hash, id, version }) => `${id}@${version} (${hash})`).join(', ')
    throw new StoreError('unknown_rubric', { message: `"${name}" may be any of ${choices}: give id@version or the hash`, zh: `“${name}” 不止一套：${choices}；请写 编号@版本 或哈希` }, false)
  }
  return fitting[0]
}

/**
 * Carries reviews over to a rubric that became current: what people said of a clause holds whatever
 * rules judged it. Returns how many events were appended.
 */
export async function carryReviews(executor: Executor, database: string, hash: string, at: string, reckonScore: ReckonScore): Promise<number> {
  const rows = await queryRows<{ call_id: string; clause_id: string; outcome: Outcome; note: string; reviewer: string; words: string }>(
    executor,
    `SELECT call_id, clause_id, argMax(outcome, (reviewed_at, review_id)) AS outcome, argMax(note, (reviewed_at, review_id)) AS note,
            argMax(reviewer, (reviewed_at, review_id)) AS reviewer, argMax(evidence, (reviewed_at, review_id)) AS words, argMax(rubric_hash, (reviewed_at, review_id)) AS newest
     FROM ${database}.reviews
     WHERE call_id GLOBAL IN (SELECT call_id FROM ${database}.scored_calls FINAL WHERE rubric_hash = {hash:String})
       AND clause_id GLOBAL IN (SELECT arrayJoin(clauses).1 FROM ${database}.rubrics WHERE rubric_hash = {hash:String})
     GROUP BY call_id, clause_id HAVING newest != {hash:String} ORDER BY call_id, clause_id`,
    { hash },
  )
  let carried = 0
  for (const { call_id: callId, clause_id: clauseId, outcome, note, reviewer, words } of rows) {
    // Events of one call follow each other by a millisecond, so that the last holds them all.
    const moment = new Date(Date.parse(at) + carried++).toISOString()
    await review(executor, database, { callId, clauseId, verdict: 'carried', outcome, evidence: words === '' ? [] : (JSON.parse(words) as Evidence[]), note, reviewer, at: moment }, reckonScore)
  }
  return carried
}
