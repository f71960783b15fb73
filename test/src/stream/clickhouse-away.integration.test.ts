import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eventually, testBrokers } from '@yuzhi/kafka/testing'
import { migrate, openExecutor, queryRows } from '@yuzhi/store'
import { startServer } from '@yuzhi/store/testing'
import { expect, it } from 'vitest'
import { openFlakyProxy, type Weather } from './flaky-proxy.js'
import { createTopics, expectedScores, newPipeline, pause, sendSlowly, untilRead } from './harness.js'
import { scorerHere, sinkHere } from './in-process.js'

const MEGABYTE = 1024 * 1024

it('pauses while ClickHouse is away, slow or cut off in mid-answer, holds little memory meanwhile, and catches up', async () => {
  const pipeline = newPipeline(await testBrokers())
  await createTopics(pipeline)
  const clickhouse = await startServer(mkdtempSync(path.join(tmpdir(), 'yuzhi-clickhouse-')))
  const proxy = await openFlakyProxy(Number(new URL(clickhouse.options.url).port))
  const server = { ...clickhouse.options, url: `http://127.0.0.1:${proxy.port}`, timeoutMs: 10_000 }
  const executor = await openExecutor({ server: clickhouse.options })
  await migrate(executor, { database: 'yuzhi' })
  const stored = async (): Promise<number> => (await queryRows<{ n: number }>(executor, 'SELECT toUInt32(uniqExact(call_id)) AS n FROM yuzhi.scored_calls'))[0].n

  const scorer = await scorerHere(pipeline)
  const sink = await sinkHere(pipeline, {}, { server })
  let isOver = false
  const sending = sendSlowly(pipeline, 'weather', () => isOver)
  await eventually('the first calls in ClickHouse', async () => (await stored()) > 100)
  for (const weather of ['away', 'fine', 'slow', 'cut', 'fine', 'away'] satisfies Weather[]) {
    proxy.set(weather)
    await pause(2_500)
  }
  expect(sink.health.notReady).toMatch(/^ClickHouse/u)
  const before = await stored()
  const memory = process.memoryUsage().rss
  await pause(5_000)
  expect(await stored()).toBe(before)
  // 5 s of calls wait in Kafka, not here.
  expect(process.memoryUsage().rss - memory).toBeLessThan(150 * MEGABYTE)
  proxy.set('fine')
  isOver = true
  const sent = await sending
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  await eventually('all calls in ClickHouse', async () => (await stored()) === sent)
  expect(sink.health.notReady).toBeUndefined()
  expect(proxy.broken()).toBeGreaterThan(2)
  const rows = await queryRows<{ call_id: string; source: string; score: number }>(executor, 'SELECT call_id, source, toFloat64(score) AS score FROM yuzhi.calls')
  const expected = [...(await expectedScores(pipeline)).values()].map((text) => JSON.parse(text) as { call_id: string; source: string; score: number })
  expect(new Set(rows.map(({ call_id: id, source, score }) => `${id} ${source} ${score}`))).toEqual(new Set(expected.map(({ call_id: id, source, score }) => `${id} ${source} ${score}`)))
  await Promise.all([scorer.stop(), sink.stop()])
  await executor.close()
  await proxy.close()
  await clickhouse.close()
  await pipeline.broker.close()
}, 240_000)
