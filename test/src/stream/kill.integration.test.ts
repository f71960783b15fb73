import { testBrokers } from '@yuzhi/kafka/testing'
import { describe, expect, it } from 'vitest'
import { killAtRandom } from './chaos.js'
import { newPipeline } from './harness.js'

describe('kill -9 of scorer and sink at random moments under load', () => {
  it('loses no call and doubles none: the very bytes once in the topic of scores, each call once in ClickHouse', async () => {
    const pipeline = newPipeline(await testBrokers())
    const { sent, killed, expected, actual, stored, shouldBeStored } = await killAtRandom({ pipeline, kills: 5, seed: 11 })
    await pipeline.broker.close()
    expect(killed.scorer + killed.sink).toBe(5)
    expect(sent).toBeGreaterThan(1000)
    expect(expected.size).toBe(sent)
    expect(actual.twice).toEqual([])
    expect(actual.scores).toEqual(expected)
    expect(stored).toEqual(shouldBeStored)
  }, 240_000)
})
