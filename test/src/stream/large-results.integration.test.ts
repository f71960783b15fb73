import { topicSpecs } from '@yuzhi/kafka'
import { allOf, testBrokers } from '@yuzhi/kafka/testing'
import { expect, it } from 'vitest'
import { actualScores, callsNamed, createTopics, messagesOf, newPipeline, PARTITIONS, type Pipeline, untilRead } from './harness.js'
import { scorerHere } from './in-process.js'

const [sample] = callsNamed('sample', 1)
const withTurns = (id: string, turns: number): typeof sample => ({ ...sample, call_id: id, turns: Array.from({ length: turns }, (_, i) => ({ role: i % 2 === 0 ? 'agent' : 'customer', text: `${i} 请您稍等一下，我马上为您查询这一笔费用` })) })

async function scoreAll(pipeline: Pipeline, calls: readonly (typeof sample)[], overrides: Record<string, string> = {}): Promise<{ scored: string[]; dead: { key: string; code: string | undefined; hasBytes: boolean }[] }> {
  const producer = await pipeline.broker.openProducer()
  for (const message of messagesOf(pipeline.topics.transcripts, calls)) await producer.send([message])
  await producer.close()
  const scorer = await scorerHere(pipeline, { SCORER_CHUNK_CALLS: '256', ...overrides })
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  await scorer.stop()
  const { scores, twice } = await actualScores(pipeline)
  expect(twice).toEqual([])
  const letters = await allOf(pipeline.broker, pipeline.topics.deadLetters)
  await pipeline.broker.close()
  return {
    scored: [...scores.values()].map((text) => (JSON.parse(text) as { call_id: string }).call_id).sort(),
    dead: letters.map(({ key, headers, value }) => ({ key: String(key), code: headers.code, hasBytes: value !== null })),
  }
}

it('divides large results over several requests and buries the one that no request can hold', async () => {
  const pipeline = newPipeline(await testBrokers())
  await createTopics(pipeline)
  const calls = [...Array.from({ length: 12 }, (_, i) => withTurns(`large-${i}`, 3000)), withTurns('too-large', 14_000), withTurns('small', 4)]
  const { scored, dead } = await scoreAll(pipeline, calls)
  expect(scored).toEqual([...Array.from({ length: 12 }, (_, i) => `large-${i}`), 'small'].sort())
  expect(dead).toEqual([{ key: 'too-large', code: 'result_too_large', hasBytes: true }])
}, 90_000)

it('finds the result that a topic with a lower limit refuses and buries it alone', async () => {
  const pipeline = newPipeline(await testBrokers())
  await pipeline.broker.createTopics(topicSpecs(PARTITIONS, 1, pipeline.topics).map((spec) => (spec.topic === pipeline.topics.scores ? { ...spec, settings: { 'max.message.bytes': '60000' } } : spec)))
  const { scored, dead } = await scoreAll(pipeline, [...Array.from({ length: 6 }, (_, i) => withTurns(`small-${i}`, 6)), withTurns('refused', 1500), withTurns('last', 6)])
  expect(scored).toEqual(['last', ...Array.from({ length: 6 }, (_, i) => `small-${i}`)].sort())
  expect(dead).toEqual([{ key: 'refused', code: 'result_too_large', hasBytes: false }])
}, 90_000)
