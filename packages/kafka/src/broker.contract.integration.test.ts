import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exactlyOnce } from './exactly-once.js'
import { type Batch, type Broker, type Consumption, KafkaError, type Message, type Outgoing } from './port.js'
import { allOf, eventually, testBroker, unique } from './test-broker.js'

let broker: Broker
const open: Consumption[] = []

beforeAll(async () => {
  broker = await testBroker()
})
afterAll(async () => {
  await Promise.all(open.map((consumption) => consumption.stop()))
  await broker.close()
})

async function newTopic(partitions = 1, settings: Record<string, string> = {}): Promise<string> {
  const topic = unique('contract')
  await broker.createTopics([{ topic, partitions, replicas: 1, settings }])
  return topic
}

async function send(topic: string, values: readonly string[]): Promise<void> {
  const producer = await broker.openProducer()
  await producer.send(values.map((value) => ({ topic, key: value, value: Buffer.from(value) })))
  await producer.close()
}

async function consume(group: string, topic: string, onBatch: (batch: Batch) => Promise<void>): Promise<Consumption> {
  const consumption = await broker.consume({ group, topics: [topic], onBatch, onCrash: (error) => { throw error }, sessionTimeoutMs: 10_000 })
  open.push(consumption)
  return consumption
}

const texts = (messages: readonly Message[]): string[] => messages.map(({ value }) => String(value))
const last = ({ messages }: Batch): bigint => messages[messages.length - 1].offset

describe('a broker', () => {
  it('creates topics that are missing and leaves the others alone', async () => {
    const topic = await newTopic()
    const other = unique('contract')
    expect(await broker.createTopics([{ topic, partitions: 3, replicas: 1 }, { topic: other, partitions: 1, replicas: 1 }])).toEqual([other])
  })

  it('hands out keys, values, headers and offsets as they were sent', async () => {
    const topic = await newTopic()
    const producer = await broker.openProducer()
    await producer.send([{ topic, key: 'k', value: Buffer.from([0, 255]), headers: { code: '不好' } }, { topic, key: null, value: null }])
    await producer.close()
    const [first, second] = await allOf(broker, topic)
    expect(first).toMatchObject({ topic, partition: 0, offset: 0n, key: Buffer.from('k'), value: Buffer.from([0, 255]), headers: { code: '不好' } })
    expect(second).toMatchObject({ offset: 1n, key: null, value: null })
    expect(Math.abs(first.timestamp - Date.now())).toBeLessThan(60_000)
  })

  it('hands out again what was not resolved, and goes on behind what was committed', async () => {
    const topic = await newTopic()
    const group = unique('group')
    await send(topic, ['a', 'b', 'c'])
    const seen: string[][] = []
    const first = await consume(group, topic, async (batch) => {
      seen.push(texts(batch.messages))
      if (seen.length === 2) await batch.commit(batch.messages[0].offset)
    })
    await eventually('three deliveries', () => seen.length >= 3)
    expect(seen.slice(0, 3)).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], ['b', 'c']])
    await first.stop()
    expect(await broker.committed(group, { topic, partition: 0 })).toBe(1n)
    expect(await broker.lag(group, [topic])).toMatchObject([{ topic, partition: 0, committed: 1n, end: 3n, lag: 2 }])
    const again: string[] = []
    await consume(group, topic, async (batch) => {
      again.push(...texts(batch.messages))
      await batch.commit(last(batch))
    })
    await eventually('the rest', () => again.length >= 2)
    expect(again).toEqual(['b', 'c'])
  })

  it('pauses a partition for a time', async () => {
    const topic = await newTopic()
    await send(topic, ['a'])
    const times: number[] = []
    await consume(unique('group'), topic, (batch) => {
      times.push(Date.now())
      if (times.length === 1) batch.pause(1_000)
      else batch.resolve(last(batch))
      return Promise.resolve()
    })
    await eventually('the second delivery', () => times.length === 2)
    expect(times[1] - times[0]).toBeGreaterThanOrEqual(900)
  })

  it('shows a transaction whole or not at all, its offset included', async () => {
    const [source, target] = [await newTopic(), await newTopic()]
    const group = unique('group')
    const producer = await broker.openTransactional(unique('id'))
    const results = (names: string[]): Outgoing[] => names.map((name) => ({ topic: target, key: name, value: Buffer.from(name) }))
    await producer.transact({ sends: [results(['a', 'b']), results(['c'])], group, source: { topic: source, partition: 0 }, nextOffset: 3n })
    await expect(producer.transact({ sends: [results(['d']), [{ topic: unique('none'), key: null, value: null }]], group, source: { topic: source, partition: 0 }, nextOffset: 4n })).rejects.toBeInstanceOf(KafkaError)
    await producer.close()
    expect(texts(await allOf(broker, target))).toEqual(['a', 'b', 'c'])
    expect(await broker.committed(group, { topic: source, partition: 0 })).toBe(3n)
  })

  it('fences the former owner of a transactional id', async () => {
    const [source, target] = [await newTopic(), await newTopic()]
    const [group, id] = [unique('group'), unique('id')]
    const transaction = (name: string, nextOffset: bigint): Parameters<typeof former.transact>[0] => ({ sends: [[{ topic: target, key: name, value: Buffer.from(name) }]], group, source: { topic: source, partition: 0 }, nextOffset })
    const former = await broker.openTransactional(id)
    await former.transact(transaction('former', 1n))
    const owner = await broker.openTransactional(id)
    await expect(former.transact(transaction('late', 2n))).rejects.toMatchObject({ code: 'fenced' })
    await owner.transact(transaction('owner', 2n))
    await Promise.all([former.close(), owner.close()])
    expect(texts(await allOf(broker, target))).toEqual(['former', 'owner'])
  })

  it('says that a message is too large', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '2000' })
    const producer = await broker.openProducer()
    await expect(producer.send([{ topic, key: null, value: Buffer.alloc(5000) }])).rejects.toMatchObject({ code: 'too_large', canRetry: false })
    await producer.close()
  })
})

describe('exactly once', () => {
  it('gives each input one result, although every second batch is worked on by a new owner that was told nothing', async () => {
    const [source, target] = [await newTopic(), await newTopic()]
    const group = unique('group')
    await send(source, Array.from({ length: 60 }, (_, i) => `m${i}`))
    const options = { group, prefix: group, maxSendBytes: 500 }
    const owners = [exactlyOnce(broker, options), exactlyOnce(broker, options)]
    let turn = 0
    let generation = 1
    await consume(group, source, async (batch) => {
      const owner = owners[turn++ % 2]
      const fresh = { ...batch, generation: generation++ }
      const todo = (await owner.begin(fresh)).slice(0, 7)
      if (todo.length === 0) {
        batch.resolve(last(batch))
        return
      }
      await owner.commit(fresh, todo.map(({ offset, key, value }) => ({ offset, out: { topic: target, key, value } })))
    })
    await eventually('all results', async () => (await broker.committed(group, { topic: source, partition: 0 })) === 60n)
    expect(texts(await allOf(broker, target)).sort()).toEqual(Array.from({ length: 60 }, (_, i) => `m${i}`).sort())
    await Promise.all(owners.map((owner) => owner.close()))
  })

  it('adds only what is missing when another owner has done a part of the batch in between', async () => {
    const [source, target] = [await newTopic(), await newTopic()]
    const group = unique('group')
    await send(source, Array.from({ length: 20 }, (_, i) => `m${i}`))
    const options = { group, prefix: group, maxSendBytes: 100_000 }
    const [slow, quick] = [exactlyOnce(broker, options), exactlyOnce(broker, options)]
    const resultsOf = (messages: readonly Message[]): Parameters<typeof slow.commit>[1] => messages.map(({ offset, key, value }) => ({ offset, out: { topic: target, key, value } }))
    let isDone = false
    await consume(group, source, async (batch) => {
      if (isDone) return
      const [mine, other] = [{ ...batch, generation: 1001 }, { ...batch, generation: 1002 }]
      const todo = await slow.begin(mine)
      await quick.commit(other, resultsOf((await quick.begin(other)).slice(0, 8)))
      // Its transactional id was fenced; it owns it again, and finds eight of twenty done.
      await slow.commit(mine, resultsOf(todo))
      isDone = true
    })
    await eventually('all results', () => isDone)
    expect(texts(await allOf(broker, target))).toEqual(Array.from({ length: 20 }, (_, i) => `m${i}`))
    await Promise.all([slow.close(), quick.close()])
  })
})
