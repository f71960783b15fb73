import { openScoringPool } from '@yuzhi/scoring'
import { PRIVATE_KINDS } from '@yuzhi/privacy'
import { CACHE, CONFIG } from '../paths.js'
import { sampleCalls } from './sample-calls.js'

/** A process that judges calls in so many threads for so long, and prints calls a second and its memory in MB. */
const [threads, seconds] = process.argv.slice(2).map(Number)
const inputs = sampleCalls(512).map((call, i) => ({ value: Buffer.from(JSON.stringify(call)), source: `t/0/${i}`, position: i, time: '2026-03-31T00:00:00.000Z' }))
const pool = await openScoringPool({ config: CONFIG, cache: CACHE, threads, privacy: { mask: [...PRIVATE_KINDS] }, callTimeoutMs: 60_000, maxCallBytes: 1e7 })
await pool.score(inputs)
const started = performance.now()
let calls = 0
while (performance.now() - started < seconds * 1000) {
  await pool.score(inputs)
  calls += inputs.length
}
const rate = calls / ((performance.now() - started) / 1000)
process.stdout.write(JSON.stringify({ rate, memory: process.memoryUsage().rss / 1e6 }))
await pool.close()
