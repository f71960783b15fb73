import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Admin, type Consumer, type EachBatchPayload, type IHeaders, Kafka, type KafkaMessage, logLevel, type Message as KafkaJsMessage, Partitioners, type Producer as KafkaJsProducer, type SASLOptions, type TopicMessages, type Transaction } from 'kafkajs'
import type { KafkaSettings } from './kafka-settings.js'
import { classify, isConcurrentTransactions } from './kafkajs-errors.js'
import { type Batch, type Broker, type Consumption, type ConsumeOptions, KafkaError, type Message, type Outgoing, type Producer, type TopicPartition, type TransactionalProducer } from './port.js'

/** What kafkajs has to say; never the content of a message. */
export type LogKafka = (level: 'error' | 'warn' | 'info' | 'debug', message: string, fields: Readonly<Record<string, unknown>>) => void

const CONNECT_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000
const SESSION_TIMEOUT_MS = 30_000
/** A third of the session, as Kafka's own clients have it. */
const HEARTBEATS_IN_SESSION = 3
/** How long a transaction may stay open before the broker aborts it. */
const TRANSACTION_TIMEOUT_MS = 60_000
const RETRY = { initialRetryTime: 100, retries: 6, maxRetryTime: 5_000 }
const CONCURRENT_TRANSACTIONS_TRIES = 200
const CONCURRENT_TRANSACTIONS_PAUSE_MS = 20
const READ_LIMIT_MS = 120_000

/** Kafka through kafkajs 2. Connections are made when first needed. */
export function openKafkaJs(settings: KafkaSettings, log: LogKafka = () => undefined): Broker {
  const kafka = new Kafka({
    clientId: settings.KAFKA_CLIENT_ID,
    brokers: settings.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: () => ({ level, log: { message, ...fields } }) => { log(LEVELS[level], message, fields) },
    ...(isTls(settings) ? { ssl: tlsOf(settings) } : {}),
    ...(settings.KAFKA_SASL_MECHANISM === undefined ? {} : { sasl: { mechanism: settings.KAFKA_SASL_MECHANISM, username: settings.KAFKA_SASL_USERNAME ?? '', password: settings.KAFKA_SASL_PASSWORD ?? '' } as SASLOptions }),
  })
  let connected: Promise<Admin> | undefined
  const admin = (): Promise<Admin> => {
    connected ??= connect(kafka.admin()).catch((error: unknown) => {
      connected = undefined
      throw error
    })
    return connected
  }
  return {
    consume: (options) => consume(kafka, options),
    async openProducer() {
      const producer = await guarded(() => connect(kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner })))
      return plainProducer(producer)
    },
    openTransactional: (transactionalId) => guarded(async () => {
      const producer = await connect(kafka.producer({ idempotent: true, maxInFlightRequests: 1, transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS, createPartitioner: Partitioners.DefaultPartitioner }))
      // kafkajs asks for the producer's id, which fences whoever had it before, only when it begins a transaction.
      return transactionalProducer(producer, await producer.transaction())
    }),
    committed: (group, { topic, partition }) => guarded(async () => {
      const [found] = await (await admin()).fetchOffsets({ groupId: group, topics: [topic] })
      const offset = BigInt(found.partitions.find((candidate) => candidate.partition === partition)?.offset ?? -1)
      return offset < 0n ? undefined : offset
    }),
    lag: (group, topics) => guarded(async () => {
      const client = await admin()
      const lags = []
      for (const topic of topics) {
        const [offsets] = await client.fetchOffsets({ groupId: group, topics: [topic] })
        for (const { partition, high, low } of await client.fetchTopicOffsets(topic)) {
          const offset = BigInt(offsets.partitions.find((candidate) => candidate.partition === partition)?.offset ?? -1)
          const end = BigInt(high)
          lags.push({ topic, partition, committed: offset < 0n ? undefined : offset, end, lag: Number(end - (offset < 0n ? BigInt(low) : offset)) })
        }
      }
      return lags
    }),
    createTopics: (topics) => guarded(async () => {
      const client = await admin()
      const present = new Set(await client.listTopics())
      const missing = topics.filter(({ topic }) => !present.has(topic))
      if (missing.length === 0) return []
      await client.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions, replicas, settings: configured = {} }) => ({ topic, numPartitions: partitions, replicationFactor: replicas, configEntries: Object.entries(configured).map(([name, value]) => ({ name, value })) })),
      })
      return missing.map(({ topic }) => topic)
    }),
    readAll: (topic, onMessage) => readAll(kafka, admin, topic, onMessage),
    async close() {
      await connected?.then((client) => client.disconnect())
    },
  }
}

const LEVELS: Readonly<Record<number, 'error' | 'warn' | 'info' | 'debug'>> = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info', [logLevel.DEBUG]: 'debug' }

function isTls({ KAFKA_TLS: tls, KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert }: KafkaSettings): boolean {
  return tls || ca !== undefined || cert !== undefined
}

function tlsOf({ KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key }: KafkaSettings): { ca?: Buffer[]; cert?: Buffer; key?: Buffer } {
  return {
    ...(ca === undefined ? {} : { ca: [readFileSync(ca)] }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  }
}

async function connect<Client extends { connect: () => Promise<void> }>(client: Client): Promise<Client> {
  await client.connect()
  return client
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw classify(error)
  }
}

/** Of all consumers of this process, so that no two assignments of a partition have one number. */
let joins = 0

async function consume(kafka: Kafka, options: ConsumeOptions): Promise<Consumption> {
  const { group, topics, concurrency = 1, sessionTimeoutMs = SESSION_TIMEOUT_MS, onBatch, onCrash } = options
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs * 2,
    heartbeatInterval: Math.floor(sessionTimeoutMs / HEARTBEATS_IN_SESSION),
    ...(options.minBytes === undefined ? {} : { minBytes: options.minBytes }),
    ...(options.maxWaitMs === undefined ? {} : { maxWaitTimeInMs: options.maxWaitMs }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    ...(options.maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition: options.maxBytesPerPartition }),
    readUncommitted: false,
    retry: RETRY,
  })
  let generation = 0
  let assigned: TopicPartition[] = []
  const positions = new Map<string, bigint>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    generation = ++joins
    positions.clear()
    assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })))
  })
  // Batches of nothing but markers of transactions come to no handler.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset, batchSize } }) => {
    if (batchSize === 0) positions.set(`${topic}/${partition}`, BigInt(lastOffset) + 1n)
  })
  onLastCrash(consumer, onCrash)
  await guarded(async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async (payload) => {
        const current = generation
        try {
          await onBatch(batchOf(payload, current, () => generation !== current, (next) => positions.set(`${payload.batch.topic}/${payload.batch.partition}`, next)))
        } catch (error) {
          // What passes is kafkajs's to try again or to join the group anew for; anything else is a fault of ours.
          if (error instanceof PlaceLost) throw error.cause
          if (!(error instanceof KafkaError) || !error.canRetry) onCrash(error instanceof Error ? error : new Error(String(error)))
          throw error
        }
      },
    })
  })
  return { assigned: () => assigned, position: ({ topic, partition }) => positions.get(`${topic}/${partition}`), stop: () => consumer.disconnect() }
}

/** The group no longer counts on us; kafkajs joins it again when it gets its own error back. */
class PlaceLost extends KafkaError {
  constructor(cause: unknown) {
    const { message } = cause as Error
    super('unavailable', { message: `the place in the group is lost: ${message}`, zh: `已不在消费组中：${message}` }, true, { cause })
  }
}

function batchOf(payload: EachBatchPayload, generation: number, hasMoved: () => boolean, onResolved: (next: bigint) => void): Batch {
  const { topic, partition, messages, highWatermark } = payload.batch
  /** Behind the last message stand the markers of its transaction. */
  const behind = (offset: bigint): bigint => (String(offset) === messages[messages.length - 1].offset ? BigInt(payload.batch.lastOffset()) : offset) + 1n
  const resolve = (offset: bigint): void => {
    payload.resolveOffset(String(offset))
    onResolved(behind(offset))
  }
  return {
    topic,
    partition,
    generation,
    highWatermark: BigInt(highWatermark),
    messages: messages.map((message) => messageOf(topic, partition, message)),
    async heartbeat() {
      try {
        await payload.heartbeat()
      } catch (error) {
        throw new PlaceLost(error)
      }
    },
    isStale: () => !payload.isRunning() || payload.isStale() || hasMoved(),
    behind,
    resolve,
    async commit(offset) {
      resolve(offset)
      try {
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(behind(offset)) }] }] })
      } catch (error) {
        throw new PlaceLost(error)
      }
    },
    pause(milliseconds) {
      const resume = payload.pause()
      setTimeout(resume, milliseconds)
    },
  }
}

function messageOf(topic: string, partition: number, { offset, timestamp, key, value, headers = {} }: KafkaMessage): Message {
  return { topic, partition, offset: BigInt(offset), timestamp: Number(timestamp), key, value, headers: textHeaders(headers) }
}

function textHeaders(headers: IHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(Array.isArray(value) ? value[0] : value)]])))
}

function byTopic(messages: readonly Outgoing[]): TopicMessages[] {
  const topics = new Map<string, KafkaJsMessage[]>()
  for (const { topic, key, value, headers } of messages) {
    const list = topics.get(topic) ?? []
    list.push({ key, value, ...(headers === undefined ? {} : { headers: { ...headers } }) })
    topics.set(topic, list)
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }))
}

function plainProducer(producer: KafkaJsProducer): Producer {
  return {
    send: (messages) => guarded(async () => {
      await producer.sendBatch({ topicMessages: byTopic(messages), acks: -1 })
    }),
    close: () => producer.disconnect(),
  }
}

function transactionalProducer(producer: KafkaJsProducer, first: Transaction): TransactionalProducer {
  let begun: Transaction | undefined = first
  return {
    transact: ({ sends, group, source: { topic, partition }, nextOffset }) => guarded(async () => {
      const transaction = begun ?? (await producer.transaction())
      begun = undefined
      for (const messages of sends) {
        if (messages.length > 0) await whileConcurrent(() => transaction.sendBatch({ topicMessages: byTopic(messages), acks: -1 }))
      }
      await whileConcurrent(() => transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }] }))
      await whileConcurrent(() => transaction.commit())
    }),
    close: () => producer.disconnect(),
  }
}

async function whileConcurrent<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isConcurrentTransactions(error) || tries >= CONCURRENT_TRANSACTIONS_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, CONCURRENT_TRANSACTIONS_PAUSE_MS))
    }
  }
}

/** kafkajs starts again by itself where that may help, as while a new broker loads its groups; where it does not, nobody else would notice. */
function onLastCrash(consumer: Consumer, report: (error: KafkaError) => void): void {
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) report(classify(payload.error))
  })
}

/** Kafka hands out messages to groups alone: this one lives for a moment. What a restart hands out again is passed over. */
async function readAll(kafka: Kafka, admin: () => Promise<Admin>, topic: string, onMessage: (message: Message) => boolean | undefined): Promise<void> {
  const client = await guarded(admin)
  const ends = new Map((await guarded(() => client.fetchTopicOffsets(topic))).filter(({ high, low }) => BigInt(high) > BigInt(low)).map(({ partition, high }) => [partition, BigInt(high)]))
  if (ends.size === 0) return
  const handedOut = new Map<number, bigint>()
  const group = `yuzhi-read-${randomUUID()}`
  const consumer = kafka.consumer({ groupId: group, readUncommitted: false, maxWaitTimeInMs: 100, retry: RETRY })
  let timer: NodeJS.Timeout | undefined
  try {
    await guarded(async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
    })
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => { reject(new KafkaError('unavailable', { message: `${topic} was not read to its end in ${READ_LIMIT_MS / 1000} s`, zh: `${READ_LIMIT_MS / 1000} 秒内没有读完 ${topic}` }, true)) }, READ_LIMIT_MS)
      onLastCrash(consumer, reject)
      // Markers of transactions come to no handler: the fetched batch says how far it reached.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        const end = ends.get(partition)
        if (end !== undefined && BigInt(lastOffset) + 1n >= end) ends.delete(partition)
        if (ends.size === 0) resolve()
      })
      consumer.run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          for (const message of batch.messages) {
            const offset = BigInt(message.offset)
            if (offset <= (handedOut.get(batch.partition) ?? -1n)) continue
            handedOut.set(batch.partition, offset)
            if (onMessage(messageOf(topic, batch.partition, message)) === false) {
              resolve()
              break
            }
          }
          return Promise.resolve()
        },
      }).catch(reject)
    })
  } finally {
    clearTimeout(timer)
    await consumer.disconnect()
    await client.deleteGroups([group]).catch(() => undefined)
  }
}
