import { FaultError, type FaultText } from '@yuzhi/schemas'

/** A message as it came. */
export interface Message {
  topic: string
  partition: number
  offset: bigint
  /** Milliseconds since 1970, by the producer or the broker as the topic says. */
  timestamp: number
  key: Buffer | null
  value: Buffer | null
  headers: Readonly<Record<string, string>>
}

/** A message to send. */
export interface Outgoing {
  topic: string
  key: Buffer | string | null
  value: Buffer | null
  headers?: Readonly<Record<string, string>>
}

export interface TopicPartition {
  topic: string
  partition: number
}

/** Messages of one partition, in order, as they were fetched; never empty. */
export interface Batch extends TopicPartition {
  messages: readonly Message[]
  /** Of the next message that will be written to the partition. */
  highWatermark: bigint
  /** Of the assignment that gave this partition; another number means that others may have worked in between. */
  generation: number
  /** Keeps the place in the group while work goes on; throws when it is lost. */
  heartbeat: () => Promise<void>
  /** The batch no longer counts: the consumer stops, or the partition was moved. */
  isStale: () => boolean
  /** Offset of what comes after this message. */
  behind: (offset: bigint) => bigint
  /** Goes on behind this offset; what was not resolved is fetched again. */
  resolve: (offset: bigint) => void
  /** Like `resolve`, and the group remembers it. */
  commit: (offset: bigint) => Promise<void>
  /** Fetches nothing of this partition for so long. */
  pause: (milliseconds: number) => void
}

export interface ConsumeOptions {
  group: string
  topics: readonly string[]
  /** Partitions worked on at the same time. */
  concurrency?: number
  /** The broker answers a fetch when it has so many bytes, or after `maxWaitMs`. */
  minBytes?: number
  maxWaitMs?: number
  /** Of one fetch in all. */
  maxBytes?: number
  /** Of one fetch for one partition; a message that is larger comes alone. */
  maxBytesPerPartition?: number
  /** A member that is silent for so long is out. */
  sessionTimeoutMs?: number
  onBatch: (batch: Batch) => Promise<void>
  /** The consumer has ended for good by itself: the process should end. */
  onCrash: (error: Error) => void
}

export interface Consumption {
  /** Partitions that this consumer has now. */
  assigned: () => readonly TopicPartition[]
  /** Offset that is read next; undefined: nothing was read since the partition came. */
  position: (source: TopicPartition) => bigint | undefined
  /** Ends after the batches in hand; never call it from `onBatch`. */
  stop: () => Promise<void>
}

/** Sends in transactions under one transactional id; opening it fences whoever had the id before. */
export interface TransactionalProducer {
  /** All of it, with the group's new offset, or nothing. On an error the outcome is unknown: close, open anew, and ask for the committed offset. */
  transact: (transaction: { sends: readonly (readonly Outgoing[])[]; group: string; source: TopicPartition; nextOffset: bigint }) => Promise<void>
  close: () => Promise<void>
}

export interface Producer {
  /** Returns once every in-sync replica has them. */
  send: (messages: readonly Outgoing[]) => Promise<void>
  close: () => Promise<void>
}

export interface TopicSpec {
  topic: string
  partitions: number
  replicas: number
  settings?: Readonly<Record<string, string>>
}

export interface PartitionLag extends TopicPartition {
  committed: bigint | undefined
  end: bigint
  lag: number
}

/** All that the product asks of Kafka. Failures are KafkaErrors. */
export interface Broker {
  consume: (options: ConsumeOptions) => Promise<Consumption>
  openProducer: () => Promise<Producer>
  openTransactional: (transactionalId: string) => Promise<TransactionalProducer>
  /** Next offset that the group will read; undefined: it has committed none. */
  committed: (group: string, source: TopicPartition) => Promise<bigint | undefined>
  lag: (group: string, topics: readonly string[]) => Promise<PartitionLag[]>
  /** Creates those that are missing; returns their names. */
  createTopics: (topics: readonly TopicSpec[]) => Promise<string[]>
  /** Reads a topic from its start to where it ends now, read committed; `onMessage` returns false to end early. */
  readAll: (topic: string, onMessage: (message: Message) => boolean | undefined) => Promise<void>
  close: () => Promise<void>
}

/** Why Kafka could not do something. */
export type KafkaErrorCode = 'too_large' | 'fenced' | 'unavailable' | 'unauthorised' | 'unknown_topic' | 'failed'

export class KafkaError extends FaultError {
  constructor(
    readonly code: KafkaErrorCode,
    text: FaultText,
    /** Whether the same request may succeed later. */
    readonly canRetry: boolean,
    options?: ErrorOptions,
  ) {
    super(text, options)
  }
}
