import { type Batch, type Broker, KafkaError, type Message, type Outgoing, type TopicPartition, type TransactionalProducer } from './port.js'

export interface ExactlyOnceOptions {
  group: string
  /** Transactional ids are `prefix-topic-partition`: one owner at a time for each input partition, in any process. */
  prefix: string
  /** One request holds no more, so that a batch of records stays below the topics' `max.message.bytes`. */
  maxSendBytes: number
  /** How long a transaction is tried again before the worker gives up. */
  retryForMs?: number
  onRetry?: (error: KafkaError, source: TopicPartition) => void
}

export interface ExactlyOnce {
  /** Makes this process the owner of the batch's partition and returns the messages that nobody has finished yet. */
  begin: (batch: Batch) => Promise<readonly Message[]>
  /** Sends the results together with the offset behind the last of their inputs, each once; at least one, in order. */
  commit: (batch: Batch, results: readonly Result[]) => Promise<void>
  close: () => Promise<void>
}

/** What came of an input. */
export interface Result {
  /** Of the input. */
  offset: bigint
  out: Outgoing
}

interface Lane {
  generation: number
  producer: TransactionalProducer
  /** Offset behind the last input that is done. */
  next: bigint
}

const RETRY_FOR_MS = 120_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** For the record's own frame: key, headers, lengths. */
const FRAME_BYTES = 256

/**
 * Consume, transform, produce: each input counts once, whatever dies. Opening a transactional id
 * fences its former owner and ends what it left open; the offset that is committed then, together
 * with its results, tells which inputs are done. It is asked after every (re)assignment and after
 * every failure whose outcome is unknown.
 */
export function exactlyOnce(broker: Broker, { group, prefix, maxSendBytes, retryForMs = RETRY_FOR_MS, onRetry }: ExactlyOnceOptions): ExactlyOnce {
  const lanes = new Map<string, Lane>()
  const keyOf = ({ topic, partition }: TopicPartition): string => `${prefix}-${topic}-${partition}`
  const drop = async (source: TopicPartition): Promise<void> => {
    const lane = lanes.get(keyOf(source))
    lanes.delete(keyOf(source))
    await lane?.producer.close().catch(() => undefined)
  }
  /** Fences others, then asks what is done. */
  const own = async (batch: Batch): Promise<Lane> => {
    await drop(batch)
    const producer = await broker.openTransactional(keyOf(batch))
    const lane = { generation: batch.generation, producer, next: (await broker.committed(group, batch)) ?? 0n }
    lanes.set(keyOf(batch), lane)
    return lane
  }
  /** The lane of the assignment that the batch came with. */
  const laneOf = async (batch: Batch): Promise<Lane> => {
    const lane = lanes.get(keyOf(batch))
    if (lane?.generation === batch.generation) return lane
    if (batch.isStale()) throw new KafkaError('fenced', { message: `${batch.topic}/${batch.partition} is another's by now`, zh: `${batch.topic}/${batch.partition} 已由别人处理` }, true)
    return own(batch)
  }
  /** Tries until it works; whoever has lost the place in the group stops trying. */
  const persist = async <T>(batch: Batch, attempt: () => Promise<T>): Promise<T> => {
    const deadline = Date.now() + retryForMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await attempt()
      } catch (error) {
        // Its transaction is in an unknown state: no more is done with it. A lane of a later assignment is none of ours.
        if (lanes.get(keyOf(batch))?.generation === batch.generation) await drop(batch)
        if (!(error instanceof KafkaError) || !error.canRetry || Date.now() > deadline || batch.isStale()) throw error
        onRetry?.(error, { topic: batch.topic, partition: batch.partition })
        await new Promise((resolve) => setTimeout(resolve, pause))
        await batch.heartbeat()
      }
    }
  }
  return {
    async begin(batch) {
      const { next } = await persist(batch, () => laneOf(batch))
      return batch.messages.filter(({ offset }) => offset >= next)
    },
    async commit(batch, results) {
      const last = results[results.length - 1].offset
      await persist(batch, async () => {
        const lane = await laneOf(batch)
        // Some may be done although the answer was lost, or by an owner in between.
        const rest = results.filter(({ offset }) => offset >= lane.next)
        if (rest.length === 0) return
        await lane.producer.transact({ sends: divideSends(rest.map(({ out }) => out), maxSendBytes), group, source: batch, nextOffset: batch.behind(last) })
        lane.next = last + 1n
      })
      batch.resolve(last)
    },
    async close() {
      await Promise.all([...lanes.values()].map(({ producer }) => producer.close().catch(() => undefined)))
      lanes.clear()
    },
  }
}

function bytesOf({ key, value }: Outgoing): number {
  return (value?.length ?? 0) + (key?.length ?? 0) + FRAME_BYTES
}

/** Requests of at most so many bytes; a message that is larger goes alone. */
export function divideSends(messages: readonly Outgoing[], maxBytes: number): Outgoing[][] {
  const sends: Outgoing[][] = []
  let size = Infinity
  for (const message of messages) {
    const bytes = bytesOf(message)
    if (size + bytes > maxBytes) {
      sends.push([])
      size = 0
    }
    sends[sends.length - 1].push(message)
    size += bytes
  }
  return sends
}

/** Waits for the work and keeps the place in the group meanwhile; throws at once when the place is lost. */
export async function whileWorking<T>(batch: Batch, work: Promise<T>, everyMs = 1_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const lost = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => { batch.heartbeat().catch(reject) }, everyMs)
  })
  // The work goes on unheard when the place is lost.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, lost])
  } finally {
    clearInterval(timer)
  }
}
