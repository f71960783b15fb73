import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Broker, KafkaSettings, openKafkaJs, type Outgoing, topicSpecs } from '@yuzhi/kafka'
import { allOf } from '@yuzhi/kafka/testing'
import { PRIVATE_KINDS } from '@yuzhi/privacy'
import { fileCache, Shelf } from '@yuzhi/rules'
import { type Call, parseCall } from '@yuzhi/schemas'
import { scoreInput } from '@yuzhi/scoring'
import { inputOf } from '@yuzhi/scorer'
import { openReader, queryRows, wayInto } from '@yuzhi/store'
import { CACHE, CLI, CONFIG, FIXTURES, readLines } from '../paths.js'

const OTHER_STANDARDS = /\/standards\/(?!(?:shared|hotline)$)[^/]+$/u
/** The rules that ship, of one standard: what the stream does with calls is the same, and a worker starts in a third of the time. */
export const HOTLINE_CONFIG = mkdtempSync(path.join(tmpdir(), 'yuzhi-hotline-'))
cpSync(CONFIG, HOTLINE_CONFIG, { recursive: true, filter: (from) => !OTHER_STANDARDS.test(from) })

/** One pipeline with topics, groups and a folder of its own. */
export interface Pipeline {
  name: string
  brokers: string
  broker: Broker
  dir: string
  /** Folder of its rules. */
  config: string
  topics: { transcripts: string; scores: string; deadLetters: string; rubrics: string }
  /** Settings of its workers. */
  environment: Record<string, string>
}

export const PARTITIONS = 4
const MAX_CALL_BYTES = 16 * 1024 * 1024

export function newPipeline(brokers: string, overrides: Record<string, string> = {}, config = HOTLINE_CONFIG): Pipeline {
  const name = `p${Math.random().toString(36).slice(2, 8)}`
  const topics = { transcripts: `${name}.transcripts`, scores: `${name}.scores`, deadLetters: `${name}.dead-letters`, rubrics: `${name}.rubrics` }
  const broker = openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: brokers }))
  return {
    name,
    brokers,
    broker,
    dir: mkdtempSync(path.join(tmpdir(), 'yuzhi-pipeline-')),
    config,
    topics,
    environment: {
      KAFKA_BROKERS: brokers, KAFKA_PARTITIONS: String(PARTITIONS), TOPIC_TRANSCRIPTS: topics.transcripts, TOPIC_SCORES: topics.scores, TOPIC_DEAD_LETTERS: topics.deadLetters, TOPIC_RUBRICS: topics.rubrics,
      SCORER_GROUP: `${name}-scorer`, SINK_GROUP: `${name}-sink`, SCORER_THREADS: '1', KAFKA_SESSION_TIMEOUT_MS: '6000', YUZHI_HTTP_PORT: '0', SCORER_CHUNK_CALLS: '40', SCORER_RULES_POLL_MS: '0', SINK_BATCH_MS: '100', ...overrides,
    },
  }
}

export async function createTopics({ broker, topics }: Pipeline): Promise<void> {
  await broker.createTopics(topicSpecs(PARTITIONS, 1, topics))
}

/** A worker in a process of its own, as an operator runs it. */
export interface Worker {
  process: ChildProcess
  /** What it logged. */
  log: () => string
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>
  kill: (signal: NodeJS.Signals) => void
}

export function startWorker(command: string, { environment, dir, config }: Pipeline, options: readonly string[] = []): Worker {
  const child = spawn(process.execPath, [CLI, command, '--dir', dir, '--config', config, ...options], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const logged: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => logged.push(chunk.toString('utf8')))
  // A test that ends early, be it by SIGKILL, takes its workers along: then the watcher's input closes.
  const watcher = spawn('sh', ['-c', 'cat > /dev/null; kill -9 "$0" 2> /dev/null', String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = new Promise<number | string>((resolve) => child.once('exit', (code, signal) => {
    watcher.kill('SIGKILL')
    resolve(code ?? signal ?? 'unknown')
  }))
  return { process: child, log: () => logged.join(''), ended, kill: (signal) => { child.kill(signal) } }
}

const EXAMPLES: Call[] = readLines(`${FIXTURES}/demo-calls.jsonl`).flatMap((line) => {
  const parsed = parseCall(Buffer.from(line))
  return parsed.ok ? [parsed.call] : []
})

/** Calls of the fixtures under ids of their own. */
export function callsNamed(prefix: string, count: number): Call[] {
  return Array.from({ length: count }, (_, i) => ({ ...EXAMPLES[i % EXAMPLES.length], call_id: `${prefix}-${i}`, standard: 'hotline' }))
}

export function messagesOf(topic: string, calls: readonly Call[]): Outgoing[] {
  return calls.map((call) => ({ topic, key: call.call_id, value: Buffer.from(JSON.stringify(call)) }))
}

/** Sends calls in small lots with pauses, so that work goes on while things are broken; brokers may be away. Ends when `enough` says so. */
export async function sendSlowly({ broker, topics }: Pipeline, prefix: string, enough: (sent: number) => boolean, pauseMs = 200): Promise<number> {
  const producer = await broker.openProducer()
  let sent = 0
  for (let lot = 0; !enough(sent); lot++) {
    const messages = messagesOf(topics.transcripts, callsNamed(`${prefix}-${lot}`, LOT))
    await persistently(() => producer.send(messages))
    sent += messages.length
    await pause(pauseMs)
  }
  await producer.close()
  return sent
}

const LOT = 20

async function persistently(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work()
      return
    } catch {
      await pause(200)
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

let shelf: Shelf | undefined

/** What must come out of each input, by its source: the very bytes. */
export async function expectedScores({ broker, topics, config }: Pipeline): Promise<Map<string, string>> {
  shelf ??= Shelf.open(config, 'hotline', fileCache(CACHE))
  const expected = new Map<string, string>()
  for (const message of await allOf(broker, topics.transcripts)) {
    const input = inputOf(message)
    const scored = scoreInput(shelf, input, { privacy: { mask: [...PRIVATE_KINDS] }, maxCallBytes: MAX_CALL_BYTES })
    if (scored.ok) expected.set(input.source, Buffer.from(scored.value).toString('utf8'))
  }
  return expected
}

/** What the topic of scores holds, by source; `twice` names what stands there more than once. */
export async function actualScores({ broker, topics }: Pipeline): Promise<{ scores: Map<string, string>; twice: string[] }> {
  const scores = new Map<string, string>()
  const twice: string[] = []
  for (const { value } of await allOf(broker, topics.scores)) {
    const text = String(value)
    const { source } = JSON.parse(text) as { source: string }
    if (scores.has(source)) twice.push(source)
    scores.set(source, text)
  }
  return { scores, twice }
}

export interface StoredCall {
  call_id: string
  score: number
  source: string
  turns: number
  versions: number
}

/** What analysts see, from the store or from the process that has it open. */
export async function storedCalls(dir: string): Promise<StoredCall[]> {
  const reader = await openReader(await wayInto(dir))
  try {
    return await queryRows<StoredCall>(reader.executor, `
      SELECT c.call_id AS call_id, toFloat64(c.score) AS score, c.source AS source, toUInt32(u.turns) AS turns, toUInt32(v.versions) AS versions
      FROM ${reader.database}.calls AS c
      LEFT JOIN (SELECT call_id, count() AS turns FROM ${reader.database}.utterances GROUP BY call_id) AS u ON u.call_id = c.call_id
      LEFT JOIN (SELECT call_id, count() AS versions FROM ${reader.database}.score_versions GROUP BY call_id) AS v ON v.call_id = c.call_id
      ORDER BY call_id`)
  } finally {
    await reader.close()
  }
}

export function storedOf(scores: ReadonlyMap<string, string>): StoredCall[] {
  return [...scores.values()]
    .map((text) => JSON.parse(text) as { call_id: string; score: number; source: string; turns: unknown[] })
    .map(({ call_id, score, source, turns }) => ({ call_id, score, source, turns: turns.length, versions: 1 }))
    .sort((a, b) => (a.call_id < b.call_id ? -1 : 1))
}

/** Waits until the group has read all that the topic holds. */
export async function untilRead({ broker }: Pipeline, group: string, topic: string, limitMs = 90_000, onWaiting: (messages: number) => void = () => undefined): Promise<void> {
  const deadline = Date.now() + limitMs
  for (;;) {
    try {
      const lags = await broker.lag(group, [topic])
      // Markers of transactions stand behind the last message and are never committed.
      if (lags.every(({ lag, committed, end }) => lag === 0 || (committed === undefined && end === 0n))) return
      onWaiting(lags.reduce((sum, { lag }) => sum + lag, 0))
      if (Date.now() > deadline) throw new Error(`${group} did not read ${topic} within ${limitMs} ms: ${JSON.stringify(lags, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`)
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await pause(200)
  }
}
