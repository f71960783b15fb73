import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { startDevBroker } from '@yuzhi/kafka'
import { killAtRandom } from './stream/chaos.js'
import { CONFIG } from './paths.js'
import { newPipeline } from './stream/harness.js'

/** `npm run chaos [-- KILLS [SEED]]`: kills scorer and sink at random moments under load and compares what came out with what should have. */
const [kills = '100', seed = String(Date.now() % 100_000)] = process.argv.slice(2)
const { KAFKA_BROKERS: own } = process.env
const broker = own === undefined ? await startDevBroker({ dir: mkdtempSync(path.join(tmpdir(), 'yuzhi-chaos-')) }) : undefined
const pipeline = newPipeline(own ?? broker?.brokers ?? '', { SCORER_THREADS: '2', SCORER_CHUNK_CALLS: '128', SCORER_CONSUMERS: '2', SINK_CONSUMERS: '2' }, CONFIG)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
say(`seed ${seed}`)
const { sent, killed, fallen, expected, actual, stored, shouldBeStored } = await killAtRandom({ pipeline, kills: Number(kills), seed: Number(seed), log: say })
const missing = [...expected.keys()].filter((source) => !actual.scores.has(source))
const other = [...actual.scores].filter(([source, text]) => expected.get(source) !== text)
const isStored = isDeepStrictEqual(stored, shouldBeStored)
say(`${sent} calls, scorer killed ${killed.scorer} times, sink ${killed.sink} times; ended by themselves and started again: ${fallen}`)
say(`calls.scores: ${missing.length} missing, ${actual.twice.length} twice, ${other.length} otherwise than they should be`)
say(`ClickHouse: ${stored.length} of ${shouldBeStored.length} calls, ${isStored ? 'all as they should be' : 'NOT as they should be'}`)
await pipeline.broker.close()
await broker?.kill()
process.exit(missing.length + actual.twice.length + other.length === 0 && isStored && expected.size === sent ? 0 : 1)
