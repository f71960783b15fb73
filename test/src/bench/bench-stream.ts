import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { exactlyOnce, type Outgoing, startDevBroker } from '@yuzhi/kafka'
import { DATABASE, type Executor, openExecutor, openReader, queryRows, wayInto } from '@yuzhi/store'
import type { Call } from '@yuzhi/schemas'
import { CONFIG } from '../paths.js'
import { callsNamed, createTopics, newPipeline, pause, type Pipeline, startWorker, untilRead, type Worker } from '../stream/harness.js'
import { table } from './measure.js'
import { sampleCalls } from './sample-calls.js'

const run = promisify(execFile)
const DEFAULT_CALLS = 200_000
const RATE_CALLS = 20_000
const SINK_CALLS = 40_000
const POOL_SECONDS = 6
const PROBE_SECONDS = 30
const SEND_AT_ONCE = 200
/** One call in so many is watched. */
const PROBE_EVERY = 100

/** Rates of scorer and sink, latency from end to end, and memory over a long run (`--calls N`), on a broker of its own. */
export async function benchStream(): Promise<string> {
  const asked = process.argv.indexOf('--calls')
  const calls = asked < 0 ? DEFAULT_CALLS : Number(process.argv[asked + 1])
  const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-bench-stream-'))
  const broker = await startDevBroker({ dir })
  try {
    const pools = await poolRates()
    const noop = await noopRate(broker.brokers)
    const one = await scorerRate(broker.brokers, 1)
    const two = await scorerRate(broker.brokers, 2)
    const sink = { short: await sinkRate(broker.brokers, SHORT), long: await sinkRate(broker.brokers, SAMPLE) }
    const memory = await longRun(broker.brokers, calls)
    const latency = await endToEnd(broker.brokers, memory.rate / 2)
    return render({ pools, noop, one, two, sink, latency, memory, calls })
  } finally {
    await broker.kill()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Rate {
  rate: number
  memory: number
}

async function poolRates(): Promise<Record<'one' | 'threads' | 'processes', Rate>> {
  const script = fileURLToPath(new URL('./score-process.js', import.meta.url))
  const judge = async (threads: number): Promise<Rate> => JSON.parse((await run(process.execPath, [script, String(threads), String(POOL_SECONDS)])).stdout) as Rate
  const one = await judge(1)
  const threads = await judge(2)
  const both = await Promise.all([judge(1), judge(1)])
  return { one, threads, processes: { rate: both[0].rate + both[1].rate, memory: both[0].memory + both[1].memory } }
}

const SAMPLE = sampleCalls(2000)
/** Calls of nine turns and 1.6 kB, all of one day, as calls come. */
const SHORT = callsNamed('short', 135).map((call) => ({ ...call, started_at: SAMPLE[0].started_at }))

async function send({ broker, topics }: Pipeline, count: number, prefix = 'c', calls: readonly Call[] = SAMPLE): Promise<void> {
  const producer = await broker.openProducer()
  for (let from = 0; from < count; from += SEND_AT_ONCE) {
    const size = Math.min(SEND_AT_ONCE, count - from)
    await producer.send(Array.from({ length: size }, (_, i): Outgoing => {
      const id = `${prefix}${from + i}`
      return { topic: topics.transcripts, key: id, value: Buffer.from(JSON.stringify({ ...calls[(from + i) % calls.length], call_id: id })) }
    }))
  }
  await producer.close()
}

async function fresh(brokers: string, overrides: Record<string, string> = {}): Promise<Pipeline> {
  const pipeline = newPipeline(brokers, { SCORER_CHUNK_CALLS: '256', SINK_BATCH_MS: '500', SCORER_CONSUMERS: '2', SINK_CONSUMERS: '2', ...overrides }, CONFIG)
  await createTopics(pipeline)
  return pipeline
}

/** Calls a second between the first commit that is seen and the last. */
async function readingRate(pipeline: Pipeline, group: string, topic: string, end: number): Promise<number> {
  const read = async (): Promise<number> => (await pipeline.broker.lag(group, [topic])).reduce((sum, { committed }) => sum + Number(committed ?? 0n), 0)
  let [first, from] = [0, 0]
  while (first === 0) {
    await pause(50)
    first = await read()
    from = performance.now()
  }
  let now = first
  while (now < end) {
    await pause(50)
    now = await read()
  }
  return (now - first) / ((performance.now() - from) / 1000)
}

/** The same topics and transactions with nothing done in between. */
async function noopRate(brokers: string): Promise<number> {
  const pipeline = await fresh(brokers)
  await send(pipeline, RATE_CALLS)
  const { broker, topics, name } = pipeline
  const once = exactlyOnce(broker, { group: name, prefix: name, maxSendBytes: 900_000 })
  const consumption = await broker.consume({
    group: name, topics: [topics.transcripts], concurrency: 4, maxWaitMs: 250, onCrash: (error) => { throw error },
    async onBatch(batch) {
      const todo = await once.begin(batch)
      for (let at = 0; at < todo.length; at += 256) {
        const chunk = todo.slice(at, at + 256)
        await once.commit(batch, chunk.map(({ offset, key, value }) => ({ offset, out: { topic: topics.scores, key, value } })))
      }
    },
  })
  const rate = await readingRate(pipeline, name, topics.transcripts, RATE_CALLS)
  await consumption.stop()
  await once.close()
  await broker.close()
  return rate
}

function memoryOf({ process: { pid } }: Worker): number {
  const resident = /VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8'))
  return Number(resident?.[1] ?? 0) * 1024 / 1e6
}

async function scorerRate(brokers: string, threads: number): Promise<Rate> {
  const pipeline = await fresh(brokers, { SCORER_THREADS: String(threads) })
  await send(pipeline, RATE_CALLS)
  const scorer = startWorker('scorer', pipeline)
  const rate = await readingRate(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts, RATE_CALLS)
  const memory = memoryOf(scorer)
  scorer.kill('SIGTERM')
  await scorer.ended
  await pipeline.broker.close()
  return { rate, memory }
}

async function sinkRate(brokers: string, calls: readonly Call[]): Promise<Rate> {
  const pipeline = await fresh(brokers, { SCORER_THREADS: '2' })
  await send(pipeline, SINK_CALLS, 'c', calls)
  const scorer = startWorker('scorer', pipeline)
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts, 300_000)
  scorer.kill('SIGTERM')
  await scorer.ended
  const sink = startWorker('sink', pipeline)
  const stored = counter(pipeline)
  let [first, from] = [0, 0]
  while (first === 0) {
    await pause(50)
    first = await stored()
    from = performance.now()
  }
  let now = first
  while (now < SINK_CALLS) {
    await pause(200)
    now = await stored()
  }
  const rate = (now - first) / ((performance.now() - from) / 1000)
  const memory = memoryOf(sink)
  sink.kill('SIGTERM')
  await sink.ended
  await pipeline.broker.close()
  rmSync(pipeline.dir, { recursive: true, force: true })
  return { rate, memory }
}

/** How many calls are stored now; 0 while the sink still starts. One connection, so that counting costs little. */
function counter({ dir }: Pipeline): () => Promise<number> {
  let executor: Executor | undefined
  return async () => {
    try {
      if (executor === undefined) {
        const place = await wayInto(dir)
        if (!('server' in place)) return 0
        executor = await openExecutor(place)
      }
      const [{ n }] = await queryRows<{ n: number }>(executor, 'SELECT toUInt32(sum(rows)) AS n FROM system.parts WHERE active AND database = {database:String} AND table = {table:String}', { database: DATABASE, table: 'transcripts' })
      return n
    } catch {
      return 0
    }
  }
}

/** Milliseconds from the send to the first query that shows the call, at a steady load. */
async function endToEnd(brokers: string, load: number): Promise<{ p50: number; p99: number; load: number }> {
  const pipeline = await fresh(brokers, { SCORER_THREADS: '1', SINK_BATCH_MS: '100', SCORER_CHUNK_CALLS: '64' })
  const workers = [startWorker('scorer', pipeline), startWorker('sink', pipeline)]
  const ready = counter(pipeline)
  await send(pipeline, 100, 'warm')
  while ((await ready()) < 100) await pause(100)
  const reader = await openReader(await wayInto(pipeline.dir))
  const producer = await pipeline.broker.openProducer()
  const sent = new Map<string, number>()
  const latencies: number[] = []
  const until = Date.now() + PROBE_SECONDS * 1000
  const sending = (async () => {
    const lot = Math.max(1, Math.round(load / 20))
    for (let number = 0; Date.now() < until; ) {
      const begun = Date.now()
      const messages = Array.from({ length: lot }, (_, i): Outgoing => ({ topic: pipeline.topics.transcripts, key: `e${number + i}`, value: Buffer.from(JSON.stringify({ ...SAMPLE[(number + i) % SAMPLE.length], call_id: `e${number + i}` })) }))
      if (number % PROBE_EVERY < lot) sent.set(`e${number}`, Date.now())
      number += lot
      await producer.send(messages)
      await pause(Math.max(0, 50 - (Date.now() - begun)))
    }
  })()
  while (Date.now() < until + 20_000 && (Date.now() < until || sent.size > 0)) {
    const ids = [...sent.keys()]
    if (ids.length > 0) {
      const rows = await queryRows<{ call_id: string }>(reader.executor, `SELECT call_id FROM ${reader.database}.calls WHERE call_id IN (${ids.map((id) => `'${id}'`).join()})`)
      const now = Date.now()
      for (const { call_id: id } of rows) {
        latencies.push(now - (sent.get(id) ?? now))
        sent.delete(id)
      }
    }
    // Asking is work too, on the same two cores.
    await pause(100)
  }
  await sending
  await producer.close()
  await reader.close()
  for (const worker of workers) worker.kill('SIGTERM')
  await Promise.all(workers.map(({ ended }) => ended))
  await pipeline.broker.close()
  rmSync(pipeline.dir, { recursive: true, force: true })
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]
  return { p50: at(0.5), p99: at(0.99), load }
}

interface LongRun {
  /** Calls a second from the first score to the last row in ClickHouse. */
  rate: number
  /** Memory in MB at some counts of stored calls. */
  samples: { stored: number; scorer: number; sink: number }[]
}

async function longRun(brokers: string, calls: number): Promise<LongRun> {
  const pipeline = await fresh(brokers, { SCORER_THREADS: '2' })
  const workers = { scorer: startWorker('scorer', pipeline), sink: startWorker('sink', pipeline) }
  const stored = counter(pipeline)
  const started = performance.now()
  const sending = send(pipeline, calls)
  const samples: LongRun['samples'] = []
  for (let next = 0.1; ; ) {
    const now = await stored()
    if (now >= calls * next) {
      samples.push({ stored: now, scorer: memoryOf(workers.scorer), sink: memoryOf(workers.sink) })
      next += 0.1
    }
    if (now >= calls) break
    await pause(500)
  }
  await sending
  const rate = calls / ((performance.now() - started) / 1000)
  for (const { kill } of Object.values(workers)) kill('SIGTERM')
  await Promise.all(Object.values(workers).map(({ ended }) => ended))
  await pipeline.broker.close()
  rmSync(pipeline.dir, { recursive: true, force: true })
  return { rate, samples }
}

interface Figures {
  pools: Record<'one' | 'threads' | 'processes', Rate>
  noop: number
  one: Rate
  two: Rate
  sink: { short: Rate; long: Rate }
  latency: { p50: number; p99: number; load: number }
  memory: LongRun
  calls: number
}

function render({ pools, noop, one, two, sink, latency, memory, calls }: Figures): string {
  const whole = (value: number): string => Math.round(value).toLocaleString('en')
  const percent = (value: number): string => `${Math.round(value * 100)} %`
  return `## Stream, with the broker on the same two cores

Workers have two members of their group each (SCORER_CONSUMERS, SINK_CONSUMERS).

Kafka to Kafka, exactly once: **${whole(two.rate)} calls/s** with two scoring threads, ${whole(one.rate)} with one. Judging alone (the same threads, no Kafka) makes ${whole(pools.one.rate)} in one thread: **${percent(one.rate / pools.one.rate)}** of that with one thread (goal 70 %), ${percent(two.rate / pools.one.rate)} with two. The same topics and transactions with nothing in between carry ${whole(noop)}.

${table(['judging alone', 'calls/s', 'memory'], [
    ['one thread', whole(pools.one.rate), `${whole(pools.one.memory)} MB`],
    ['two threads', whole(pools.threads.rate), `${whole(pools.threads.memory)} MB`],
    ['two processes of one thread', whole(pools.processes.rate), `${whole(pools.processes.memory)} MB`],
  ])}

Threads it is: nothing native runs in them, they may end at any time, and they share one connection to Kafka. The scorer holds ${whole(two.memory)} MB with two.

Sink into embedded ClickHouse: **${whole(sink.short.rate)} calls/s** (goal 15,000) of calls of 1.6 kB (nine turns), ${whole(sink.long.rate)} of calls of 40 turns, whose events have 10 kB; ${whole(sink.long.memory)} MB.

From the send to the first query that shows the call, at ${whole(latency.load)} calls/s (half of what the whole line does below), scorer, sink, broker and queries on the same two cores: p50 **${whole(latency.p50)} ms**, p99 **${whole(latency.p99)} ms**.

Over ${whole(calls)} calls (${whole(memory.rate)} calls/s from the first send to the last row, everything on two cores):

${table(['calls stored', 'scorer', 'sink'], memory.samples.map(({ stored, scorer, sink: of }) => [whole(stored), `${whole(scorer)} MB`, `${whole(of)} MB`]))}`
}
