import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareRubrics } from './compare-rubrics.js'
import { queryRows } from './executor.js'
import { forget } from './forget.js'
import { openStore, type Store } from './open-store.js'
import { callsWithout, carryReviews, findRubric, knownRubrics, publish } from './rescore.js'
import { type ReckonScore, review } from './reviews.js'
import { newFolder, RUBRIC, SCORED_AT, scored } from './test-calls.js'
import { exportStore, importStore } from './transfer.js'
import { registerRubric } from './publications.js'

const NEXT = { ...RUBRIC, hash: 'next', version: '2.0.0' }
/** So many points for each clause that is met. */
const reckonScore: ReckonScore = (_body, outcomes) => {
  const points = outcomes.map(({ outcome, times }) => (outcome === 'met' ? 10 * times : 0))
  return { score: points.reduce((sum, value) => sum + value, 0), grade: '合格', fatal: false, base: 0, points }
}
const asNext = (id: string, points: number): ReturnType<typeof scored> => {
  const result = scored(id, { points, rubric: 'next' })
  return { ...result, score: { ...result.score, rubric: { ...result.score.rubric, version: '2.0.0' }, clauses: result.score.clauses.map((clause) => (clause.id === 'c.none' ? { ...clause, outcome: 'violated' } : clause)) } }
}
const scores = (store: Store): Promise<unknown[]> => queryRows(store.executor, 'SELECT call_id, score, rubric_hash AS rubric FROM yuzhi.calls ORDER BY call_id')

describe('another rubric', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore({ dir: newFolder() })
    await store.register(RUBRIC, SCORED_AT)
    await store.write([scored('a', { points: 50 }), scored('b', { points: 60 }), scored('c', { points: 70, startedAt: '2026-03-20T10:00:00+08:00' })], SCORED_AT)
    await registerRubric(store.executor, store.database, NEXT, SCORED_AT)
  })
  afterAll(async () => {
    await store.close()
  })

  it('judges stored calls page by page, and goes on where it was stopped', async () => {
    const read = async (since?: string): Promise<string[]> => {
      const ids: string[] = []
      for await (const calls of callsWithout(store.executor, store.database, 'next', 'hotline', since)) ids.push(...calls.map(({ call_id: id }) => id))
      return ids
    }
    expect(await read()).toEqual(['a', 'b', 'c'])
    expect(await read('2026-03-15')).toEqual(['c'])
    await store.writeHistory([asNext('a', 55)], SCORED_AT)
    expect(await read()).toEqual(['b', 'c'])
    await store.writeHistory([asNext('b', 60)], SCORED_AT)
  })

  it('changes nothing that is current until it is published', async () => {
    expect(await scores(store)).toEqual([{ call_id: 'a', score: 50, rubric: 'h' }, { call_id: 'b', score: 60, rubric: 'h' }, { call_id: 'c', score: 70, rubric: 'h' }])
  })

  it('is compared with the one before: scores, grades, agents, clauses, calls that move', async () => {
    expect(await compareRubrics(store.executor, store.database, 'h', 'next')).toEqual({
      calls: 2, changed: 1, oldAverage: 55, newAverage: 57.5,
      grades: [{ grade: '良好', old: 2, new: 2 }],
      agents: [{ agent_id: 'a1', agent_name: '小周', calls: 2, old: 55, new: 57.5 }],
      clauses: [{ clause_id: 'c.none', old_violations: 0, new_violations: 2, changed: 2 }],
      moves: [{
        call_id: 'a', agent_id: 'a1', agent_name: '小周', old: 50, new: 55,
        clauses: [
          { clause_id: 'c.none', old: 'not_applicable', new: 'violated', old_points: 0, new_points: 0, reason: expect.any(String) as string },
          { clause_id: 'c.met', old: 'met', new: 'met', old_points: 50, new_points: 55, reason: expect.any(String) as string },
        ],
      }],
    })
  })

  it('is found by hash, by id and version, or by a version that is its own', async () => {
    const known = await knownRubrics(store.executor, store.database)
    expect(known.map(({ hash, calls, current }) => [hash, calls, current]).sort()).toEqual([['h', 3, 3], ['next', 2, 0]])
    for (const name of ['next', 'ne', 'hotline@2.0.0', '2.0.0']) expect(findRubric(known, name).hash).toBe('next')
    expect(() => findRubric(known, '3.0.0')).toThrow('there are: ')
  })

  it('takes the place of the other when it is published, with the reviews that people made', async () => {
    await review(store.executor, store.database, { callId: 'a', clauseId: 'c.none', verdict: 'overturn', outcome: 'met', note: '有道歉', reviewer: '王', at: '2026-04-01T00:00:00.000Z' }, reckonScore)
    expect(await publish(store.executor, store.database, 'next', '2026-04-02T00:00:00.000Z')).toBe(2)
    expect(await carryReviews(store.executor, store.database, 'next', '2026-04-02T00:00:00.000Z', reckonScore)).toBe(1)
    expect(await carryReviews(store.executor, store.database, 'next', '2026-04-03T00:00:00.000Z', reckonScore)).toBe(0)
    expect(await queryRows(store.executor, 'SELECT verdict, carried, rubric_hash AS rubric FROM yuzhi.reviews ORDER BY reviewed_at')).toEqual([{ verdict: 'overturn', carried: false, rubric: 'h' }, { verdict: 'overturn', carried: true, rubric: 'next' }])
    expect(await queryRows(store.executor, "SELECT toUInt32(reviews) AS reviews FROM yuzhi.calls WHERE call_id = 'a'")).toEqual([{ reviews: 1 }])
    expect(await scores(store)).toEqual([{ call_id: 'a', score: 20, rubric: 'next' }, { call_id: 'b', score: 60, rubric: 'next' }, { call_id: 'c', score: 70, rubric: 'h' }])
  })

  it('stays in force when older results are stored again', async () => {
    await store.write([scored('b', { points: 60 })], SCORED_AT)
    expect(await scores(store)).toContainEqual({ call_id: 'b', score: 60, rubric: 'next' })
  })

  it('gives way when the older one is published again', async () => {
    await publish(store.executor, store.database, 'h', '2026-04-05T00:00:00.000Z')
    expect((await scores(store)).map((row) => (row as { rubric: string }).rubric)).toEqual(['h', 'h', 'h'])
  })
})

describe('reviews', () => {
  it('move the score, stay beside the machine’s decision, and count in agreement', async () => {
    const store = await openStore({ dir: newFolder() })
    await store.register(RUBRIC, SCORED_AT)
    await store.write([scored('a', { points: 50 }), scored('b', { points: 50 })], SCORED_AT)
    const say = (callId: string, verdict: 'confirm' | 'overturn', at: string): ReturnType<typeof review> =>
      review(store.executor, store.database, { callId, clauseId: 'c.met', verdict, note: '', reviewer: '王', at }, reckonScore)
    expect(await say('a', 'overturn', '2026-04-01T00:00:00.000Z')).toMatchObject({ before: 50, outcome: 'violated', machineOutcome: 'met', after: { score: 0 } })
    await say('b', 'confirm', '2026-04-01T00:00:00.000Z')
    await say('b', 'confirm', '2026-04-01T00:00:00.000Z')
    const findings = await queryRows(store.executor, "SELECT call_id, outcome, machine_outcome, points, machine_points FROM yuzhi.findings WHERE clause_id = 'c.met' ORDER BY call_id")
    expect(findings).toEqual([
      { call_id: 'a', outcome: 'violated', machine_outcome: 'met', points: 0, machine_points: 50 },
      { call_id: 'b', outcome: 'met', machine_outcome: 'met', points: 10, machine_points: 50 },
    ])
    expect(await queryRows(store.executor, 'SELECT call_id, score, machine_score, toUInt32(reviews) AS reviews FROM yuzhi.calls ORDER BY call_id')).toEqual([
      { call_id: 'a', score: 0, machine_score: 50, reviews: 1 },
      { call_id: 'b', score: 10, machine_score: 50, reviews: 1 },
    ])
    expect(await queryRows(store.executor, 'SELECT clause_id, toUInt32(reviewed) AS reviewed, agreed FROM yuzhi.agreement')).toEqual([{ clause_id: 'c.met', reviewed: 2, agreed: 0.5 }])
    // Said twice it is no other verdict, and the newest of a clause stands.
    expect(await say('a', 'overturn', '2026-04-02T00:00:00.000Z')).toMatchObject({ before: 0, outcome: 'violated', after: { score: 0 } })
    expect(await say('a', 'confirm', '2026-04-03T00:00:00.000Z')).toMatchObject({ before: 0, outcome: 'met', after: { score: 10 } })
    const [trend] = await queryRows<{ violations: number }>(store.executor, "SELECT toUInt32(violations) AS violations FROM yuzhi.clause_days WHERE clause_id = 'c.met'")
    expect(trend.violations).toBe(0)
    expect(await queryRows(store.executor, "SELECT toUInt32(applicable) AS applicable, toUInt32(violations) AS violations FROM yuzhi.clause_trend(clause = 'c.met')")).toEqual([{ applicable: 2, violations: 0 }])
    await expect(review(store.executor, store.database, { callId: 'b', clauseId: 'c.met', verdict: 'overturn', outcome: 'met', note: '', reviewer: '王', at: SCORED_AT }, reckonScore)).rejects.toMatchObject({ code: 'same_outcome' })
    await expect(say('zzz', 'confirm', '2026-04-02T00:00:00.000Z')).rejects.toMatchObject({ code: 'unknown_call' })
    await store.close()
  })
})

describe('forget', () => {
  it('removes every trace of a customer from every table and keeps replays out', async () => {
    const dir = newFolder()
    const store = await openStore({ dir })
    await store.register(RUBRIC, SCORED_AT)
    await store.write([scored('a', { customer: 'gone' }), scored('b', { customer: 'gone', points: 1 }), scored('c', { customer: 'stays' })], SCORED_AT)
    await review(store.executor, store.database, { callId: 'a', clauseId: 'c.met', verdict: 'confirm', note: '', reviewer: '王', at: SCORED_AT }, reckonScore)
    const { calls, tables } = await forget(store.executor, store.database, { customer: 'gone' }, SCORED_AT)
    expect(calls).toEqual(['a', 'b'])
    expect(tables).toEqual([
      { table: 'scored_calls', before: 2, left: 0 }, { table: 'score_history', before: 2, left: 0 },
      { table: 'transcripts', before: 2, left: 0 }, { table: 'reviews', before: 1, left: 0 },
    ])
    for (const table of ['scored_calls', 'score_history', 'transcripts']) expect(await store.executor.query(`SELECT call_id FROM yuzhi.${table}`, 'TSV')).toBe('c\n')
    expect(await forget(store.executor, store.database, { customer: "no'body" }, SCORED_AT)).toEqual({ calls: [], tables: [] })
    await store.close()
    const again = await openStore({ dir })
    await again.write([scored('a', { customer: 'gone' }), scored('d')], SCORED_AT)
    expect(await queryRows(again.executor, 'SELECT call_id FROM yuzhi.calls ORDER BY call_id')).toEqual([{ call_id: 'c' }, { call_id: 'd' }])
    expect((await forget(again.executor, again.database, { call: 'd' }, SCORED_AT)).tables).toContainEqual({ table: 'transcripts', before: 1, left: 0 })
    // A call that the store never held is kept out, too.
    expect((await forget(again.executor, again.database, { call: 'later' }, SCORED_AT)).tables).toContainEqual({ table: 'transcripts', before: 0, left: 0 })
    await again.write([scored('later')], SCORED_AT)
    expect(await queryRows(again.executor, 'SELECT call_id FROM yuzhi.calls')).toEqual([{ call_id: 'c' }])
    await again.close()
  })
})

describe('export and import', () => {
  it('carry everything to an empty store, twice without harm', async () => {
    const from = await openStore({ dir: newFolder() })
    await from.register(RUBRIC, SCORED_AT)
    await from.write([scored('a'), scored('b', { startedAt: '2026-04-01T23:30:00+08:00' })], SCORED_AT)
    await review(from.executor, from.database, { callId: 'a', clauseId: 'c.met', verdict: 'overturn', note: '', reviewer: '王', at: SCORED_AT }, reckonScore)
    const folder = newFolder()
    const out = await exportStore(from.executor, from.database, folder)
    expect(out.map(({ table, rows }) => [table, rows])).toEqual([['transcripts', 2], ['score_history', 2], ['scored_calls', 2], ['reviews', 1], ['rubrics', 1], ['publications', 1], ['forgotten', 0]])
    const views = ['calls', 'findings', 'utterances', 'score_versions', 'agreement'].map((view) => `SELECT * FROM yuzhi.${view} ORDER BY ALL`)
    const expected = await Promise.all(views.map((sql) => from.executor.query(sql, 'JSONEachRow')))
    await from.close()
    const to = await openStore({ dir: newFolder() })
    await importStore(to.executor, to.database, folder)
    await expect(importStore(to.executor, to.database, folder)).rejects.toMatchObject({ code: 'refused' })
    expect(await Promise.all(views.map((sql) => to.executor.query(sql, 'JSONEachRow')))).toEqual(expected)
    await expect(importStore(to.executor, to.database, newFolder())).rejects.toMatchObject({ code: 'bad_rows' })
    await expect(importStore(to.executor, to.database, path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'bad_rows' })
    await to.close()
  })

  it('leave nothing in the folder that was forgotten since', async () => {
    const store = await openStore({ dir: newFolder() })
    await store.register(RUBRIC, SCORED_AT)
    await store.write([scored('a'), scored('b', { startedAt: '2026-04-01T23:30:00+08:00' })], SCORED_AT)
    const folder = newFolder()
    await exportStore(store.executor, store.database, folder)
    expect(readdirSync(path.join(folder, 'transcripts'))).toHaveLength(2)
    await forget(store.executor, store.database, { call: 'b' }, SCORED_AT)
    await exportStore(store.executor, store.database, folder)
    expect(readdirSync(path.join(folder, 'transcripts'))).toHaveLength(1)
    expect(readdirSync(path.join(folder, 'forgotten'))).toEqual(['all.parquet'])
    await store.close()
  })
})
