import { testBrokers } from '@yuzhi/kafka/testing'
import { expect, it } from 'vitest'
import { actualScores, createTopics, expectedScores, newPipeline, pause, type Pipeline, sendSlowly, startWorker, untilRead } from './harness.js'
import { type Here, scorerHere } from './in-process.js'

async function expectOnce(pipeline: Pipeline, sent: number): Promise<void> {
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  const expected = await expectedScores(pipeline)
  const { scores, twice } = await actualScores(pipeline)
  expect(expected.size).toBe(sent)
  expect(twice).toEqual([])
  expect(scores).toEqual(expected)
}

it('gives each call one score while workers join and leave under load', async () => {
  const pipeline = newPipeline(await testBrokers())
  await createTopics(pipeline)
  let isOver = false
  const sending = sendSlowly(pipeline, 'moving', () => isOver)
  const working: Here[] = [await scorerHere(pipeline)]
  for (const step of ['join', 'leave', 'join', 'leave'] as const) {
    await pause(1_000)
    if (step === 'join') working.push(await scorerHere(pipeline))
    else await working.shift()?.stop()
  }
  isOver = true
  await expectOnce(pipeline, await sending)
  for (const worker of working) await worker.stop()
  await pipeline.broker.close()
}, 180_000)

it('fences a worker that stalls past its session: it writes nothing of what others did meanwhile, and goes on', async () => {
  const pipeline = newPipeline(await testBrokers())
  await createTopics(pipeline)
  let isOver = false
  const sending = sendSlowly(pipeline, 'stalling', () => isOver)
  const stalling = startWorker('scorer', pipeline)
  await pause(5_000)
  const other = await scorerHere(pipeline)
  await pause(2_000)
  stalling.kill('SIGSTOP')
  // The session is 6 s; then the other one has all partitions.
  await pause(9_000)
  stalling.kill('SIGCONT')
  await pause(2_000)
  isOver = true
  await expectOnce(pipeline, await sending)
  expect(stalling.process.exitCode).toBeNull()
  stalling.kill('SIGTERM')
  expect(await stalling.ended).toBe(0)
  await other.stop()
  await pipeline.broker.close()
}, 180_000)
