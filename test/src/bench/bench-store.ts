import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rubricRecord, Shelf } from '@yuzhi/rules'
import { type Call, parseCall, type Score, scoredEvent } from '@yuzhi/schemas'
import { EVENT_SESSION_SETTINGS, openChdb, openStore, queryRows, type ScoredCall, type Store, writeEvents } from '@yuzhi/store'
import { CONFIG, FIXTURES } from '../paths.js'
import { table } from './measure.js'

const DEFAULT_CALLS = 5_000_000
const DAYS = 90
const FIRST_DAY = Date.parse('2026-01-01T00:00:00Z')
const DAY_MS = 86_400_000
const AGENTS = 500
const TEAMS = 20
const SCORED_AT = '2026-04-01T00:00:00.000Z'
const BATCH = 8000
/** Calls that go in through the store's own writer; the rest are copies of them, made by the engine. */
const WRITTEN = 160_000
const RUNS = 7
/** Utterances that a year of a large centre holds. */
const SEARCHED_UTTERANCES = 100_000_000

/** Load rate, size, and what reviewers and analysts wait for, at a tenth of the calls and at all of them (`--calls N`). */
export async function benchStore(): Promise<string> {
  const asked = process.argv.indexOf('--calls')
  const calls = asked < 0 ? DEFAULT_CALLS : Number(process.argv[asked + 1])
  const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-bench-store-'))
  try {
    const store = await openStore({ dir })
    const load = await loadCalls(store, dir, Math.min(WRITTEN, Math.floor(calls / 10)))
    const tenth = await grow(store, load.calls, Math.floor(calls / 10))
    const before = await measureQueries(store)
    const whole = await grow(store, tenth.calls, calls)
    const after = await measureQueries(store)
    const size = await sizes(store)
    await store.close()
    return render(load, tenth, whole, before, after, size)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Load {
  calls: number
  whole: number
  engine: number
  bytes: number
}

/** Writes calls through the store, then the same rows again with two sessions at once, ready made: the engine's own rate. */
async function loadCalls(store: Store, dir: string, calls: number): Promise<Load> {
  const shelf = Shelf.open(CONFIG, 'hotline')
  const rubric = shelf.compile(shelf.ruleSets[0])
  const examples = readFileSync(`${FIXTURES}/demo-calls.jsonl`, 'utf8').trim().split('\n').flatMap((line) => {
    const parsed = parseCall(Buffer.from(line))
    return parsed.ok ? [{ call: parsed.call, score: rubric.score(parsed.call) }] : []
  })
  await store.register(rubricRecord(rubric), SCORED_AT)
  const batches = Array.from({ length: Math.ceil(calls / BATCH) }, (_, i) => i * BATCH)
  const batch = (from: number): ScoredCall[] => Array.from({ length: Math.min(BATCH, calls - from) }, (_, i) => numbered(examples[(from + i) % examples.length], from + i, calls))
  let whole = 0
  for (const from of batches) {
    const rows = batch(from)
    const started = performance.now()
    await store.write(rows, SCORED_AT)
    whole += performance.now() - started
  }
  const engine = await engineRate(store, dir, examples)
  const [{ bytes }] = await queryRows<{ bytes: number }>(store.executor, "SELECT toFloat64(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active AND database = 'yuzhi'")
  return { calls, whole: calls / (whole / 1000), engine, bytes: bytes / calls }
}

/** A day after the other, calls of a day in order of their time. */
function numbered({ call, score }: { call: Call; score: Score }, number: number, calls: number): ScoredCall {
  const agent = (number * 7919) % AGENTS
  const started = new Date(FIRST_DAY + (number / calls) * DAYS * DAY_MS).toISOString()
  return {
    call: { ...call, call_id: `c${number}`, started_at: started, agent: { id: `a${agent}`, name: `坐席${agent}`, team: `t${agent % TEAMS}` }, customer: { id: `u${(number * 104_729) % 1_000_000}` } },
    score: { ...score, call_id: `c${number}` },
    source: `calls.transcripts/${number % 12}/${number}`,
    position: number,
  }
}

/** Calls a second that two sessions take in together, as events ready made. */
async function engineRate(store: Store, dir: string, examples: readonly { call: Call; score: Score }[]): Promise<number> {
  const COPIES = 4
  const events = Array.from({ length: BATCH }, (_, i) => {
    const { call, score, source = '', position = 0 } = numbered(examples[i % examples.length], i, BATCH)
    return Buffer.from(JSON.stringify(scoredEvent(call, score, { source, position, scoredAt: SCORED_AT })))
  })
  const sessions = await Promise.all([openChdb(dir, EVENT_SESSION_SETTINGS), openChdb(dir, EVENT_SESSION_SETTINGS)])
  const started = performance.now()
  await Promise.all(sessions.map(async (session) => {
    for (let copy = 0; copy < COPIES; copy++) await writeEvents(session, store.database, events)
  }))
  const seconds = (performance.now() - started) / 1000
  for (const session of sessions) await session.close()
  return (BATCH * COPIES * sessions.length) / seconds
}

interface Grown {
  calls: number
  seconds: number
}

/** Copies of what is there, under other ids and times, until there are so many calls; then parts are merged as they would be in time. */
async function grow({ executor }: Store, from: number, to: number): Promise<Grown> {
  const started = performance.now()
  for (let calls = from; calls < to; ) {
    const added = Math.min(from, to - calls)
    const copied = `concat('c', toString(toUInt64(substring(t.call_id, 2)) + ${calls})) AS call_id, t.started_at + toIntervalMillisecond(sipHash64(t.call_id, ${calls}) % 3600000) AS started_at`
    const where = `WHERE toUInt64(substring(t.call_id, 2)) < ${added}`
    await executor.command(`INSERT INTO yuzhi.scored_calls SELECT * REPLACE (${copied}, toDecimal64(sipHash64(t.call_id, ${calls}) % 10001 / 100, 2) AS score) FROM yuzhi.scored_calls AS t FINAL ${where}`)
    await executor.command(`INSERT INTO yuzhi.transcripts SELECT * REPLACE (${copied}) FROM yuzhi.transcripts AS t FINAL ${where}`)
    calls += added
  }
  for (const name of ['scored_calls', 'transcripts']) await executor.command(`OPTIMIZE TABLE yuzhi.${name} FINAL`)
  return { calls: to, seconds: (performance.now() - started) / 1000 }
}

const DAY = '2026-02-10'
const CLAUSE = 'hotline.courtesy.apology'
/** What people wait for, and for how long at most, in milliseconds. */
const QUERIES: readonly { name: string; goal: number | undefined; sql: string }[] = [
  { name: '50 worst calls of a day, one team, one clause', goal: 50, sql: `SELECT call_id, score, grade, agent_name, violated FROM yuzhi.calls WHERE day = '${DAY}' AND agent_team = 't3' AND has(violated, '${CLAUSE}') ORDER BY score, call_id LIMIT 50` },
  { name: '50 worst calls of a day', goal: 50, sql: `SELECT call_id, score, grade, agent_name, violated FROM yuzhi.calls WHERE day = '${DAY}' ORDER BY score, call_id LIMIT 50` },
  { name: 'trend of a clause over 90 days', goal: 500, sql: `SELECT day, applicable, violations FROM yuzhi.clause_trend(clause = '${CLAUSE}') ORDER BY day` },
  { name: 'trends of all clauses over 90 days', goal: undefined, sql: 'SELECT day, clause_id, violations FROM yuzhi.clause_days ORDER BY day, clause_id' },
  { name: 'story of a call', goal: 20, sql: "SELECT * FROM yuzhi.call_story(call = 'c4242')" },
  { name: 'averages of all agents over 90 days', goal: undefined, sql: 'SELECT agent_id, count(), avg(score) FROM yuzhi.calls GROUP BY agent_id' },
  { name: 'search of a phrase in a month', goal: undefined, sql: "SELECT count() FROM yuzhi.search(words = '投诉去啊') WHERE day BETWEEN '2026-02-01' AND '2026-02-28'" },
  { name: 'search of a phrase in everything', goal: undefined, sql: "SELECT count() FROM yuzhi.search(words = '投诉去啊')" },
  { name: 'search of words that nobody said', goal: undefined, sql: "SELECT count() FROM yuzhi.search(words = '紫色大象')" },
]

/** Milliseconds of each query: the median of some runs, the first left out. */
async function measureQueries({ executor }: Store): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for (const { name, sql } of QUERIES) {
    const runs: number[] = []
    for (let run = 0; run <= RUNS; run++) {
      const started = performance.now()
      await executor.query(sql, 'Null')
      if (run > 0) runs.push(performance.now() - started)
    }
    times.set(name, runs.sort((a, b) => a - b)[RUNS >> 1])
  }
  return times
}

interface Sizes {
  scored: number
  transcripts: number
  utterances: number
}

async function sizes({ executor }: Store): Promise<Sizes> {
  const [row] = await queryRows<Sizes>(
    executor,
    `SELECT (SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'scored_calls') / (SELECT count() FROM yuzhi.scored_calls) AS scored,
            (SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'transcripts') / (SELECT count() FROM yuzhi.transcripts) AS transcripts,
            (SELECT toFloat64(sum(length(said.text))) FROM yuzhi.transcripts) AS utterances`,
  )
  return row
}

function render(load: Load, tenth: Grown, whole: Grown, before: Map<string, number>, after: Map<string, number>, size: Sizes): string {
  const millions = (calls: number): string => `${(calls / 1e6).toFixed(1)} M`
  const rows = QUERIES.map(({ name, goal }) => {
    const [small = 0, large = 0] = [before.get(name), after.get(name)]
    return [name, `${small.toFixed(0)} ms`, `${large.toFixed(0)} ms`, (large / small).toFixed(1), goal === undefined ? '' : `${goal} ms`]
  })
  const everything = after.get('search of a phrase in everything') ?? 0
  return [
    `## Store, embedded\n\n${millions(whole.calls)} calls over ${DAYS} days: ${load.calls.toLocaleString('en')} written through the store, the rest copied from them inside the engine (${(tenth.seconds + whole.seconds).toFixed(0)} s).\n`,
    `Load: **${load.whole.toFixed(0)} calls/s** through the store on one thread (masking, rows, transcript, history and current score); the engine takes **${load.engine.toFixed(0)} calls/s** of rows ready made in two sessions (goal 15,000).\n`,
    table(['', millions(tenth.calls), millions(whole.calls), 'times', 'goal'], rows),
    '',
    `On disk a call takes ${load.bytes.toFixed(0)} bytes as it is written (transcript with its index, history and current score); merged, its current score takes ${size.scored.toFixed(0)} and its transcript with the index of its bigrams ${size.transcripts.toFixed(0)} (copies compress better than calls of their own would).\n`,
    `Search went over ${millions(size.utterances)} utterances; ${SEARCHED_UTTERANCES / 1e6} M would take ${((everything * SEARCHED_UTTERANCES) / size.utterances / 1000).toFixed(1)} s for a phrase that one call in 135 holds.`,
  ].join('\n')
}
