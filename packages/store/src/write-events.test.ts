import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClauseResult, scoredEvent, ScoredEvent } from '@yuzhi/schemas'
import { queryRows } from './executor.js'
import { callHash, openStore, type Store } from './open-store.js'
import { newFolder, RUBRIC, SCORED_AT, scored } from './test-calls.js'

let store: Store

beforeAll(async () => {
  store = await openStore({ dir: newFolder() })
  await store.register(RUBRIC, SCORED_AT)
})
afterAll(() => store.close())

function eventOf(id: string, change: (event: Record<string, unknown>) => void = () => undefined): Buffer {
  const { call, score } = scored(id)
  const event = scoredEvent(call, score, { source: 'calls.transcripts/0/7', position: 7, scoredAt: SCORED_AT }) as Record<string, unknown>
  change(event)
  return Buffer.from(JSON.stringify(event))
}

const stored = async (): Promise<string[]> => (await queryRows<{ call_id: string }>(store.executor, 'SELECT call_id FROM yuzhi.calls ORDER BY call_id')).map(({ call_id: id }) => id)

describe('writeEvents', () => {
  it('stores the bytes of the stream in every table', async () => {
    expect(await store.writeEvents([eventOf('e1')])).toEqual([])
    expect(await queryRows(store.executor, "SELECT call_id, toFloat64(score) AS score, agent_team, attributes, source, length(clauses) AS n FROM yuzhi.calls WHERE call_id = 'e1'"))
      .toEqual([{ call_id: 'e1', score: 88.5, agent_team: '一组', attributes: { queue: '宽带' }, source: 'calls.transcripts/0/7', n: 2 }])
    expect(await queryRows(store.executor, "SELECT turn, text FROM yuzhi.utterances WHERE call_id = 'e1'")).toHaveLength(2)
    expect(await queryRows(store.executor, "SELECT rubric_hash FROM yuzhi.score_versions WHERE call_id = 'e1'")).toEqual([{ rubric_hash: 'h' }])
  })

  it('refuses the bad ones alone and stores the rest', async () => {
    const bad = [
      Buffer.from('{"call_id": "broken'),
      Buffer.from('{}'),
      Buffer.from('[1]'),
      eventOf('wrong-score', (event) => { event.score = 'good' }),
      eventOf('wrong-outcome', (event) => { (event.clauses as { outcome: string }[])[0].outcome = 'fine' }),
      eventOf('no-start', (event) => { event.call = { call_id: 'no-start', started_at: 'yesterday' } }),
      eventOf('other-call', (event) => { event.call = { ...(event.call as object), call_id: 'another' } }),
      eventOf('no-turns', (event) => { event.turns = [] }),
      Buffer.from([0xff, 0xfe]),
    ]
    const good = Array.from({ length: 20 }, (_, i) => eventOf(`good-${i}`))
    const events = good.flatMap((event, i) => (i < bad.length ? [event, bad[i]] : [event]))
    const refused = await store.writeEvents(events)
    expect(refused.map(({ index }) => events[index])).toEqual(bad)
    expect(refused.every(({ error }) => error.message.length > 10)).toBe(true)
    expect((await stored()).filter((id) => id.startsWith('good-'))).toHaveLength(20)
    expect(await stored()).not.toContain('no-start')
  })

  it('takes an event of an older version, without the fields that came later', async () => {
    const older = eventOf('older', (event) => {
      for (const field of ['doubt', 'rest', 'base']) Reflect.deleteProperty(event, field)
    })
    expect(await store.writeEvents([older])).toEqual([])
    expect(await stored()).toContain('older')
  })

  it('keeps fields that it does not know, of the score, of a clause, of the rubric, of a turn', async () => {
    const newer = eventOf('newer', (event) => {
      event.mood = 'calm'
      Object.assign(event.rubric as object, { signed_by: 'qa' })
      Object.assign((event.clauses as object[])[0], { weight: 0.7 })
      Object.assign((event.turns as object[])[0], { channel: 2 })
    })
    expect(await store.writeEvents([eventOf('beside'), newer])).toEqual([])
    const [row] = await queryRows<{ rest: string }>(store.executor, "SELECT rest FROM yuzhi.scored_calls FINAL WHERE call_id = 'newer'")
    expect(JSON.parse(row.rest)).toEqual({ mood: 'calm', rubric: { signed_by: 'qa' }, clauses: { 'c.met': { weight: 0.7 } } })
    const [{ rests }] = await queryRows<{ rests: string[] }>(store.executor, "SELECT `said.rest` AS rests FROM yuzhi.transcripts FINAL WHERE call_id = 'newer'")
    expect(JSON.parse(rests[0])).toEqual({ confidence: 0.9, channel: 2 })
    expect(await stored()).toContain('beside')
  })

  it('has a column for every field that the schema names, so that events go in as they are', async () => {
    const full = eventOf('full', (event) => {
      for (const clause of event.clauses as object[]) Object.assign(clause, { times: 1, confidence: 0.75 })
    })
    const named = JSON.parse(full.toString()) as Record<string, object[]>
    expect(Object.keys(named)).toEqual(expect.arrayContaining(Object.keys(ScoredEvent.shape)))
    expect(Object.keys(named.clauses[0])).toEqual(expect.arrayContaining(Object.keys(ClauseResult.shape)))
    expect(await store.writeEvents([full])).toEqual([])
    expect(await queryRows(store.executor, "SELECT rest FROM yuzhi.scored_calls FINAL WHERE call_id = 'full'")).toEqual([{ rest: '' }])
    expect(await queryRows(store.executor, "SELECT DISTINCT confidence FROM yuzhi.findings WHERE call_id = 'full'")).toEqual([{ confidence: 0.75 }])
  })

  it('leaves out calls that were forgotten', async () => {
    await store.executor.insert('yuzhi.forgotten', Buffer.from(JSON.stringify({ call_hash: callHash('gone'), forgotten_at: SCORED_AT })), 'JSONEachRow', 'test')
    expect(await store.writeEvents([eventOf('gone'), eventOf('stays')])).toEqual([])
    expect(await stored()).not.toContain('gone')
    expect(await stored()).toContain('stays')
    expect(await queryRows(store.executor, "SELECT * FROM yuzhi.transcripts WHERE call_id = 'gone'")).toEqual([])
  })

  it('makes of a call what its schema says', () => {
    expect(ScoredEvent.safeParse(JSON.parse(eventOf('x').toString()))).toMatchObject({ success: true })
  })
})
