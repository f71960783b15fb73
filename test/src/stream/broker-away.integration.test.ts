import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type DevBroker, freePort, startDevBroker } from '@yuzhi/kafka'
import { eventually } from '@yuzhi/kafka/testing'
import { afterAll, expect, it } from 'vitest'
import { actualScores, expectedScores, newPipeline, pause, sendSlowly, startWorker, storedCalls, storedOf, untilRead, type Worker } from './harness.js'

let broker: DevBroker | undefined
afterAll(() => broker?.kill())

async function readiness(worker: Worker): Promise<string> {
  const url = /"url":"(http[^"]+)"/u.exec(worker.log())?.[1] ?? ''
  return (await fetch(`${url}/readyz`)).text()
}

it('waits for a broker that is away at the start, and loses nothing when it crashes and comes back twice under load', async () => {
  const port = await freePort()
  const pipeline = newPipeline(`127.0.0.1:${port}`)
  const workers = [startWorker('scorer', pipeline), startWorker('sink', pipeline)]
  await pause(8_000)
  expect(workers.map(({ process: { exitCode } }) => exitCode)).toEqual([null, null])
  // Fresh: its coordinators are still loading when the workers ask for them.
  broker = await startDevBroker({ dir: mkdtempSync(path.join(tmpdir(), 'yuzhi-broker-away-')), port })
  let isOver = false
  await pause(3_000)
  const sending = sendSlowly(pipeline, 'away', () => isOver)
  for (let crash = 0; crash < 2; crash++) {
    await pause(4_000)
    await broker.kill()
    // The second time it stays away until both are seen not to be ready.
    if (crash === 1) for (const worker of workers) await eventually('it is not ready', async () => (await readiness(worker)) !== 'ok\n', 60_000)
    await broker.start()
  }
  for (const worker of workers) await eventually('it is ready again', async () => (await readiness(worker)) === 'ok\n', 60_000)
  isOver = true
  const sent = await sending
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  const expected = await expectedScores(pipeline)
  const { scores, twice } = await actualScores(pipeline)
  // A lot whose acknowledgement was lost in the crash may have been sent twice; each message counts once.
  expect(expected.size).toBeGreaterThanOrEqual(sent)
  expect(twice).toEqual([])
  expect(scores).toEqual(expected)
  const last = new Map(storedOf(expected).map((call) => [call.call_id, call]))
  for (let tries = 0; tries < 100 && (await storedCalls(pipeline.dir)).length < last.size; tries++) await pause(200)
  for (const worker of workers) worker.kill('SIGTERM')
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0])
  expect((await storedCalls(pipeline.dir)).map(({ call_id: id }) => id)).toEqual([...last.keys()].sort())
  await pipeline.broker.close()
}, 240_000)
