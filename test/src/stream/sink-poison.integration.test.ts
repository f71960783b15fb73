import { PRIVATE_KINDS } from '@yuzhi/privacy'
import { fileCache, rubricRecord, Shelf } from '@yuzhi/rules'
import { readDeadLetter } from '@yuzhi/kafka'
import { allOf, eventually, testBrokers } from '@yuzhi/kafka/testing'
import { scoreInput } from '@yuzhi/scoring'
import { openReader, queryRows } from '@yuzhi/store'
import { expect, it } from 'vitest'
import { CACHE, CONFIG } from '../paths.js'
import { callsNamed, createTopics, newPipeline, storedCalls } from './harness.js'
import { sinkHere } from './in-process.js'

const shelf = Shelf.open(CONFIG, 'hotline', fileCache(CACHE))

/** A judged call as the scorer sends it, and its fields. */
function judged(id: string): Record<string, unknown> & { rubric: { hash: string }; clauses: object[]; turns: object[] } {
  const scored = scoreInput(shelf, { value: Buffer.from(JSON.stringify(callsNamed(id, 1)[0])), source: `t/0/${id}`, position: 1, time: '2026-03-31T00:00:00.000Z' }, { privacy: { mask: [...PRIVATE_KINDS] }, maxCallBytes: 1e6 })
  if (!scored.ok) throw new Error(scored.message)
  return JSON.parse(Buffer.from(scored.value).toString('utf8')) as ReturnType<typeof judged>
}

it('stores results of older and newer scorers and buries what is none, while the rest goes on', async () => {
  const pipeline = newPipeline(await testBrokers())
  const { topics, broker } = pipeline
  await createTopics(pipeline)
  const record = rubricRecord(shelf.compile(shelf.ruleSets[0]))
  const headers = { rubric: record.hash }
  const bytes = (event: object): Buffer => Buffer.from(JSON.stringify(event))
  const older = Object.fromEntries(Object.entries(judged('older')).filter(([name]) => !['doubt', 'base'].includes(name)))
  const newer = judged('newer')
  const producer = await broker.openProducer()
  await producer.send([
    { topic: topics.rubrics, key: record.hash, value: bytes(record) },
    { topic: topics.rubrics, key: 'none', value: Buffer.from('{"hash":""}') },
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ topic: topics.scores, key: `${id}-0`, value: bytes(judged(id)), headers })),
    { topic: topics.scores, key: 'garbage', value: Buffer.from('{{{'), headers },
    { topic: topics.scores, key: 'nothing', value: null, headers },
    { topic: topics.scores, key: 'no-rubric', value: Buffer.from('{}') },
    { topic: topics.scores, key: 'wrong', value: bytes({ ...judged('wrong'), score: 'fine' }), headers },
    { topic: topics.scores, key: 'stranger', value: bytes(judged('stranger')), headers: { rubric: 'unheard-of' } },
    { topic: topics.scores, key: 'older-0', value: bytes(older), headers },
    { topic: topics.scores, key: 'newer-0', value: bytes({ ...newer, mood: 'calm', clauses: newer.clauses.map((clause) => ({ ...clause, weight: 0.8 })), turns: newer.turns.map((turn) => ({ ...turn, channel: 1 })) }) },
  ])
  await producer.close()
  const sink = await sinkHere(pipeline, { SINK_RUBRIC_WAIT_MS: '1500' })
  const letters = async (): Promise<Record<string, string | undefined>> =>
    Object.fromEntries((await allOf(broker, topics.deadLetters)).map((letter) => [String(letter.key), readDeadLetter(letter)?.code]))
  await eventually('six letters', async () => Object.keys(await letters()).length >= 6)
  expect(await letters()).toEqual({ none: 'no_rubric', garbage: 'refused_by_store', nothing: 'no_event', 'no-rubric': 'no_event', wrong: 'refused_by_store', stranger: 'unknown_rubric' })
  const ids = [...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => `${id}-0`), 'newer-0', 'older-0'].sort()
  await eventually('every good call', async () => (await storedCalls(pipeline.dir)).length === ids.length)
  await sink.stop()
  expect((await storedCalls(pipeline.dir)).map(({ call_id: id }) => id)).toEqual(ids)
  const reader = await openReader({ dir: pipeline.dir })
  const [{ rest }] = await queryRows<{ rest: string }>(reader.executor, "SELECT rest FROM yuzhi.scored_calls FINAL WHERE call_id = 'newer-0'")
  expect(JSON.parse(rest)).toMatchObject({ mood: 'calm', clauses: { 'hotline.open.greeting': { weight: 0.8 } } })
  const [{ rests }] = await queryRows<{ rests: string[] }>(reader.executor, "SELECT `said.rest` AS rests FROM yuzhi.transcripts FINAL WHERE call_id = 'newer-0'")
  expect(JSON.parse(rests[0])).toMatchObject({ channel: 1 })
  await reader.close()
  await broker.close()
}, 90_000)
