import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type DevBroker, startDevBroker } from '@yuzhi/kafka'
import { eventually, testBrokers } from '@yuzhi/kafka/testing'
import { afterAll, expect, it } from 'vitest'
import { actualScores, createTopics, expectedScores, newPipeline, pause, sendSlowly, startWorker, storedCalls, storedOf, untilRead } from './harness.js'

let frozen: DevBroker | undefined
afterAll(() => frozen?.kill())

const started = (log: () => string, name: string): Promise<void> => eventually(`the ${name}`, () => log().includes(`${name}_started`))

it('ends with 0 on SIGTERM under load, again and again, and nothing is half-written', async () => {
  const pipeline = newPipeline(await testBrokers())
  await createTopics(pipeline)
  let isOver = false
  const sending = sendSlowly(pipeline, 'stopping', () => isOver)
  for (let round = 0; round < 2; round++) {
    const workers = { scorer: startWorker('scorer', pipeline), sink: startWorker('sink', pipeline) }
    await Promise.all(Object.entries(workers).map(([name, { log }]) => started(log, name)))
    await pause(1_000)
    const asked = Date.now()
    for (const { kill } of Object.values(workers)) kill('SIGTERM')
    expect(await Promise.all(Object.values(workers).map(({ ended }) => ended)), workers.scorer.log()).toEqual([0, 0])
    expect(Date.now() - asked).toBeLessThan(10_000)
  }
  isOver = true
  await sending
  const last = { scorer: startWorker('scorer', pipeline), sink: startWorker('sink', pipeline) }
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  const expected = await expectedScores(pipeline)
  const { scores, twice } = await actualScores(pipeline)
  expect(twice).toEqual([])
  expect(scores).toEqual(expected)
  await eventually('every call in ClickHouse', async () => (await storedCalls(pipeline.dir)).length === expected.size)
  for (const { kill } of Object.values(last)) kill('SIGTERM')
  await Promise.all(Object.values(last).map(({ ended }) => ended))
  expect(await storedCalls(pipeline.dir)).toEqual(storedOf(expected))
  await pipeline.broker.close()
}, 180_000)

it('ends with 3 when the deadline comes before the work is done, and with 4 at a second signal', async () => {
  frozen = await startDevBroker({ dir: mkdtempSync(path.join(tmpdir(), 'yuzhi-frozen-')) })
  const pipeline = newPipeline(frozen.brokers, { YUZHI_STOP_DEADLINE_MS: '2000' })
  const workers = [startWorker('scorer', pipeline), startWorker('scorer', pipeline)]
  await Promise.all(workers.map(({ log }) => started(log, 'scorer')))
  await pause(1_000)
  // It answers nothing, and no connection breaks.
  frozen.freeze()
  for (const { kill } of workers) kill('SIGTERM')
  await pause(500)
  workers[1].kill('SIGTERM')
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([3, 4])
  frozen.thaw()
  await pipeline.broker.close()
}, 60_000)

it('ends with 1 when the configuration is wrong, and names everything that is', async () => {
  const pipeline = newPipeline('127.0.0.1:1', { SCORER_CHUNK_CALLS: 'many', LOG_LEVEL: 'loud', KAFKA_SASL_MECHANISM: 'plain' })
  const worker = startWorker('scorer', pipeline)
  expect(await worker.ended).toBe(1)
  for (const name of ['SCORER_CHUNK_CALLS', 'LOG_LEVEL', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']) expect(worker.log()).toContain(name)
  await pipeline.broker.close()
}, 30_000)
