import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type Store } from './open-store.js'
import { newFolder, RUBRIC, SCORED_AT, scored } from './test-calls.js'
import type { ScoredCall } from './stored-call.js'

const VIEWS = [
  'SELECT * FROM yuzhi.calls ORDER BY call_id',
  'SELECT * FROM yuzhi.findings ORDER BY call_id, ordinal',
  'SELECT * FROM yuzhi.utterances ORDER BY call_id, turn',
  'SELECT * FROM yuzhi.score_versions ORDER BY call_id, rubric_hash',
  'SELECT * FROM yuzhi.clause_days ORDER BY day, standard, clause_id',
  "SELECT * FROM yuzhi.clause_trend(clause = 'c.met') ORDER BY day, standard",
  'SELECT * FROM yuzhi.agent_days ORDER BY day, agent_id, standard',
  'SELECT * FROM yuzhi.kpi_months ORDER BY month, standard',
  'SELECT * FROM yuzhi.low_scores ORDER BY call_id',
]

const OTHER = { ...RUBRIC, hash: 'later', version: '1.1.0' }

async function newStore(): Promise<Store> {
  const store = await openStore({ dir: newFolder() })
  await store.register(RUBRIC, SCORED_AT)
  await store.register(OTHER, SCORED_AT)
  return store
}

const answers = (store: Store): Promise<string[]> => Promise.all(VIEWS.map((sql) => store.executor.query(sql, 'JSONEachRow')))

/** Inputs of a few calls: what one position holds never changes, one call may come at several. */
const event = fc.record({ call: fc.integer({ min: 0, max: 5 }), isLater: fc.boolean(), position: fc.integer({ min: 0, max: 4 }) }).map(({ call, isLater, position }): ScoredCall =>
  scored(`c${call}`, { position, rubric: isLater ? 'later' : 'h', points: (call * 31 + position * 17 + (isLater ? 5 : 0)) % 100, startedAt: `2026-03-${10 + call}T10:00:00+08:00`, texts: [`您好 ${call} ${position}`, '嗯'] }))

describe('replays', () => {
  it('change no answer of any view: any prefix again, in other batches, in another order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat({ max: 1000 })), async (events, numbers) => {
        const store = await newStore()
        await store.write(events, SCORED_AT)
        const before = await answers(store)
        const next = (): number => numbers.next().value as number
        for (let round = 0; round < 3; round++) {
          const prefix = events.slice(0, 1 + (next() % events.length)).map((value) => ({ value, key: next() })).sort((a, b) => a.key - b.key).map(({ value }) => value)
          for (let at = 0; at < prefix.length; ) {
            const size = 1 + (next() % 4)
            await store.write(prefix.slice(at, at + size), SCORED_AT)
            at += size
          }
          if (next() % 2 === 0) await store.executor.command('OPTIMIZE TABLE yuzhi.scored_calls FINAL')
          expect(await answers(store)).toEqual(before)
        }
        await store.close()
      }),
      { numRuns: 6 },
    )
  })

  it('give the same answers wherever the first batches were cut', async () => {
    const events = Array.from({ length: 20 }, (_, i) => scored(`c${i % 7}`, { position: i, points: i * 4, startedAt: `2026-03-1${i % 7}T10:00:00+08:00` }))
    const one = await newStore()
    await one.write(events, SCORED_AT)
    const expected = await answers(one)
    await one.close()
    const many = await newStore()
    for (const single of [...events].reverse()) await many.write([single], SCORED_AT)
    expect(await answers(many)).toEqual(expected)
    await many.close()
  })
})
