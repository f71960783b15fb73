import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Message, readDeadLetter, topicSpecs } from '@yuzhi/kafka'
import { allOf, eventually, testBrokers } from '@yuzhi/kafka/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../paths.js'
import { actualScores, callsNamed, expectedScores, messagesOf, newPipeline, PARTITIONS, type Pipeline, untilRead } from './harness.js'
import { type Here, scorerHere } from './in-process.js'

const run = promisify(execFile)
const MEGABYTE = 1024 * 1024

let pipeline: Pipeline
let scorer: Here
let letters: Message[]

const good = callsNamed('good', 60)
const [sample] = callsNamed('sample', 1)
const huge = Buffer.alloc(50 * MEGABYTE, 0x20)
const many = { ...sample, call_id: 'many', turns: Array.from({ length: 100_000 }, (_, i) => ({ role: i % 2 === 0 ? 'agent' : 'customer', text: `第${i}句 您好请稍等` })) }
const poison: Record<string, { key: string | null; value: Buffer | null; code: string }> = {
  truncated: { key: 'truncated', value: Buffer.from(JSON.stringify(sample).slice(0, -9)), code: 'invalid_json' },
  'not UTF-8': { key: 'utf8', value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), code: 'invalid_utf8' },
  'no value': { key: 'null', value: null, code: 'empty' },
  'another key': { key: 'other', value: Buffer.from(JSON.stringify({ ...sample, call_id: 'mine' })), code: 'wrong_key' },
  'unknown standard': { key: 'u', value: Buffer.from(JSON.stringify({ ...sample, call_id: 'u', standard: 'opera' })), code: 'unknown_standard' },
  'another shape': { key: 'shape', value: Buffer.from('{"call_id":"shape","turns":"none"}'), code: 'invalid_call' },
  'a list': { key: 'list', value: Buffer.from('[1,2,3]'), code: 'invalid_call' },
  '50 MB': { key: 'huge', value: huge, code: 'too_large' },
  'slow to judge': { key: 'many', value: Buffer.from(JSON.stringify(many)), code: 'too_slow' },
}

beforeAll(async () => {
  pipeline = newPipeline(await testBrokers())
  const specs = topicSpecs(PARTITIONS, 1, pipeline.topics)
  // A producer of others may have made the topic, with other limits.
  await pipeline.broker.createTopics(specs.map((spec) => (spec.topic === pipeline.topics.transcripts ? { ...spec, settings: { ...spec.settings, 'max.message.bytes': String(60 * MEGABYTE) } } : spec)))
  const producer = await pipeline.broker.openProducer()
  const messages = messagesOf(pipeline.topics.transcripts, good)
  await producer.send(messages.slice(0, 20))
  for (const { key, value } of Object.values(poison)) await producer.send([{ topic: pipeline.topics.transcripts, key, value }])
  await producer.send(messages.slice(20))
  await producer.close()
  scorer = await scorerHere(pipeline, { SCORER_CALL_TIMEOUT_MS: '400' })
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts)
  letters = await allOf(pipeline.broker, pipeline.topics.deadLetters)
}, 120_000)

afterAll(async () => {
  await scorer.stop()
  await pipeline.broker.close()
})

const letterOf = (name: string): Message | undefined => letters.find(({ key }) => String(key) === poison[name].key)

describe('poison among calls', () => {
  it('does not keep any other call from its score', async () => {
    const { scores, twice } = await actualScores(pipeline)
    expect(twice).toEqual([])
    const ids = [...scores.values()].map((text) => (JSON.parse(text) as { call_id: string }).call_id)
    expect(ids.sort()).toEqual(good.map(({ call_id: id }) => id).sort())
    const expected = await expectedScores(pipeline)
    for (const [source, text] of scores) expect(text).toBe(expected.get(source))
  })

  it.each(Object.keys(poison))('goes to the dead letters with its reason: %s', (name) => {
    const letter = letterOf(name)
    expect(letter && readDeadLetter(letter)).toMatchObject({ code: poison[name].code, source: expect.stringMatching(/\/\d+\/\d+$/u) as string, version: 'test' })
  })

  it('leaves the original bytes untouched', () => {
    for (const name of Object.keys(poison).filter((each) => !['50 MB', 'no value'].includes(each))) expect(letterOf(name)?.value?.equals(poison[name].value ?? Buffer.alloc(0)), name).toBe(true)
    expect(letterOf('no value')?.value).toBeNull()
  })

  it('leaves bytes that no topic of dead letters takes where they are, and says so', () => {
    expect(letterOf('50 MB')).toMatchObject({ value: null, headers: { bytes: 'at-source', code: 'too_large' } })
  })

  it('says nothing of what was spoken in its log', () => {
    const log = scorer.log()
    expect(log).toContain('dead_letter')
    for (const { turns } of [...good, sample]) for (const { text } of turns.filter(({ text: said }) => said.length > 6)) expect(log).not.toContain(text)
  })

  it('is counted by reason', async () => {
    expect(await scorer.metrics.registry.metrics()).toContain('yuzhi_calls_dead_total{code="wrong_key",service="scorer"} 1')
  })

  it('is listed, shown and sent back once by yuzhi dlq', async () => {
    const environment = { ...process.env, ...pipeline.environment }
    const { stdout: listed } = await run(process.execPath, [CLI, 'dlq', 'list', '--code', 'wrong_key'], { env: environment })
    const id = /(\d+\/\d+)\s+wrong_key/u.exec(listed)?.[1] ?? ''
    const { stdout: shown } = await run(process.execPath, [CLI, 'dlq', 'show', id], { env: environment })
    expect(shown).toBe(String(poison['another key'].value))
    await run(process.execPath, [CLI, 'dlq', 'replay', id, '--rekey'], { env: environment })
    const { stderr: left } = await run(process.execPath, [CLI, 'dlq', 'list', '--code', 'wrong_key'], { env: environment })
    expect(left).toContain('没有死信')
    expect((await run(process.execPath, [CLI, 'dlq', 'list', '--code', 'wrong_key', '--all'], { env: environment })).stdout).toContain(id)
    await expect(run(process.execPath, [CLI, 'dlq', 'replay', id], { env: environment })).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(id) as string })
    await eventually('the score of the call that was sent back', async () => [...(await actualScores(pipeline)).scores.values()].some((text) => text.includes('"call_id":"mine"')))
  }, 60_000)
})
