import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually, testBrokers } from '@yuzhi/kafka/testing'
import { expect, it } from 'vitest'
import { CLI, FIXTURES, readLines } from '../paths.js'
import { newPipeline, type Pipeline, startWorker, type Worker } from './harness.js'

const run = promisify(execFile)

async function yuzhi({ dir, environment }: Pipeline, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment }, cwd: dir })
  return stdout
}

const urlOf = async ({ log }: Worker): Promise<string> => {
  await eventually('a page', () => log().includes('"http_open"'))
  return /"url":"([^"]+)"/u.exec(log())?.[1] ?? ''
}

it('takes a call by HTTP and shows it to yuzhi sql, review and worst while it runs', async () => {
  const pipeline = newPipeline('127.0.0.1:1')
  const up = startWorker('up', pipeline)
  const url = await urlOf(up)
  await eventually('up to be ready', async () => (await fetch(`${url}/readyz`)).ok)
  const [line, other] = readLines(`${FIXTURES}/demo-calls.jsonl`)
  const answer = await fetch(`${url}/v1/calls`, { method: 'POST', body: line })
  expect(await answer.json()).toMatchObject({ accepted: 1 })
  const { call_id: id } = JSON.parse(line) as { call_id: string }
  const ask = async (sql: string): Promise<unknown> => JSON.parse(await yuzhi(pipeline, 'sql', sql, '--dir', pipeline.dir, '--format', 'jsonl')) as unknown
  expect(await ask('SELECT call_id, reviews FROM calls')).toMatchObject({ call_id: id })
  await yuzhi(pipeline, 'review', id, '--clause', 'hotline.open.greeting', '--confirm', '--dir', pipeline.dir)
  expect(await ask('SELECT toUInt32(sum(reviews)) AS reviews FROM calls')).toEqual({ reviews: 1 })
  expect(await yuzhi(pipeline, 'worst', '--dir', pipeline.dir)).toContain(id)

  writeFileSync(path.join(pipeline.dir, 'inbox', 'more.jsonl'), `${other}\nno call\n`)
  await eventually('the file', async () => JSON.stringify(await ask('SELECT toUInt32(count()) AS n FROM calls')) === '{"n":2}')
  await eventually('the dead letter', async () => (await yuzhi(pipeline, 'dlq', 'list', '--dir', pipeline.dir)).includes('invalid_json'))
  expect(await yuzhi(pipeline, 'dlq', 'show', 'more.jsonl.2', '--dir', pipeline.dir)).toBe('no call')
  await expect(run(process.execPath, [CLI, 'up', '--dir', pipeline.dir, '--port', '0'])).rejects.toMatchObject({ code: 1 })

  up.kill('SIGKILL')
  await up.ended
  // What was answered is durable, and the folder belongs to nobody again.
  expect(await ask('SELECT toUInt32(count()) AS n FROM calls')).toEqual({ n: 2 })
}, 90_000)

it('takes calls through Kafka: produce, up --kafka, sql', async () => {
  const pipeline = newPipeline(await testBrokers())
  const up = startWorker('up', pipeline, ['--kafka'])
  await eventually('both parts', () => up.log().includes('scorer_started') && up.log().includes('sink_started'))
  const file = path.join(pipeline.dir, 'calls.jsonl')
  writeFileSync(file, `${readLines(`${FIXTURES}/demo-calls.jsonl`).slice(0, 30).join('\n')}\n{"no":"id"}\n`)
  await expect(yuzhi(pipeline, 'produce', file)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`${file}:31: call_id`) as string })
  await eventually('thirty calls', async () => (await yuzhi(pipeline, 'sql', 'SELECT toUInt32(count()) AS n FROM calls', '--dir', pipeline.dir, '--format', 'jsonl')).includes('{"n":30}'))
  up.kill('SIGTERM')
  expect(await up.ended).toBe(0)
  await pipeline.broker.close()
}, 90_000)

it('documents every setting and names all that are wrong', async () => {
  const pipeline = newPipeline('127.0.0.1:1')
  const documented = await yuzhi(pipeline, 'config', '--format', 'md')
  for (const name of ['SCORER_THREADS', 'SINK_BATCH_MS', 'INTAKE_MAX_BODY_BYTES', 'CLICKHOUSE_URL', 'KAFKA_SASL_MECHANISM', 'YUZHI_STOP_DEADLINE_MS']) expect(documented).toContain(`| ${name} |`)
  await expect(yuzhi({ ...pipeline, environment: { SINK_BATCH_MS: '-1', KAFKA_TLS: 'perhaps' } }, 'config', 'sink', '--check')).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/KAFKA_TLS[^]*SINK_BATCH_MS|SINK_BATCH_MS[^]*KAFKA_TLS/u) as string })
}, 30_000)
