import { type Batch, type Broker, type Consumption, deadLetter, type DeadLetterReason, type Message, type Outgoing, whileWorking } from '@yuzhi/kafka'
import { openStream, type Running, type ServiceParts, tillItWorks, topicsOf, watchLag } from '@yuzhi/service'
import { openEventWriter, type RefusedEvent, type Store } from '@yuzhi/store'
import { readRubric, rubricOf } from './read-rubric.js'
import type { SinkSettings } from './sink-settings.js'

export interface SinkParts extends ServiceParts {
  settings: SinkSettings
  broker: Broker
  store: Pick<Store, 'register' | 'knows'>
  /** Sessions of the store that take events, each on its own. */
  sessions: readonly ((events: readonly Uint8Array[]) => Promise<RefusedEvent[]>)[]
}

/** Partitions are fetched together and stored in one insert. */
const PARTITIONS_AT_ONCE = 64
/** The broker answers at once when so much is there. */
const FETCH_LEAST_BYTES = 4 * 1024 * 1024
/** A rubric is on its way in a topic of its own; it is looked for so often. */
const RUBRIC_PAUSE_MS = 200

/** Stores judged calls; an offset is committed when ClickHouse has acknowledged all before it. */
export async function startSink({ settings, broker, store, sessions, log, metrics, health, version }: SinkParts): Promise<Running> {
  const topics = topicsOf(settings)
  const producer = await openStream(broker, settings, health, log)
  const writer = openEventWriter({
    sessions,
    maxRows: settings.SINK_BATCH_ROWS,
    maxBytes: settings.SINK_BATCH_BYTES,
    maxMs: settings.SINK_BATCH_MS,
    onStored: (calls, seconds) => {
      metrics.callsStored.inc(calls)
      metrics.batchCalls.observe({ stage: 'store' }, calls)
      metrics.stageSeconds.observe({ stage: 'store' }, seconds)
      health.notReady = undefined
      health.moved()
    },
    onRetry: (error) => {
      metrics.retries.inc({ stage: 'store' })
      health.notReady = `ClickHouse: ${error.message}`
      log.error({ error }, 'store_retried')
    },
  })
  /** When a rubric was first missed. */
  const missedSince = new Map<string, number>()
  let isStopping = false
  let crash: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => { crash = reject })
  // Whoever runs the service hears of it, also when it happens before they listen.
  failed.catch(() => undefined)
  /** Batches in hand, and those of them that wait for their insert. */
  let active = 0
  let waiting = 0
  const consume = (): Promise<Consumption> => tillItWorks('joining the group', health, log, () => broker.consume({
    group: settings.SINK_GROUP,
    topics: [topics.scores, topics.rubrics],
    concurrency: PARTITIONS_AT_ONCE,
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    // The broker gathers calls until there are enough or the time is over; what is fetched is stored at once.
    minBytes: Math.min(FETCH_LEAST_BYTES, settings.SINK_BATCH_BYTES),
    maxWaitMs: settings.SINK_BATCH_MS,
    maxBytes: settings.SINK_BATCH_BYTES,
    maxBytesPerPartition: settings.SINK_BATCH_BYTES,
    onBatch: (batch) => health.working(() => (batch.topic === topics.rubrics ? takeRubrics(batch) : counted(() => storeScores(batch)))),
    onCrash: (error) => { crash(error) },
  }))
  const consumptions: Consumption[] = []
  for (let member = 0; member < settings.SINK_CONSUMERS; member++) consumptions.push(await consume())
  const unwatch = watchLag(broker, consumptions, settings.SINK_GROUP, topics.scores, health, metrics, log)
  health.notReady = undefined
  log.info({ topic: topics.scores, group: settings.SINK_GROUP }, 'sink_started')

  async function takeRubrics(batch: Batch): Promise<void> {
    const letters: Outgoing[] = []
    for (const message of batch.messages) {
      const rubric = readRubric(message.value)
      if ('code' in rubric) letters.push(bury(message, rubric))
      else await whileWorking(batch, tillItWorks('ClickHouse', health, log, () => store.register(rubric, new Date(message.timestamp).toISOString())))
    }
    await finish(batch, letters)
  }

  async function counted(work: () => Promise<void>): Promise<void> {
    active++
    try {
      await work()
    } finally {
      active--
      flushWhenComplete()
    }
  }

  /** When every batch in hand waits, no other comes before they are stored. */
  function flushWhenComplete(): void {
    if (waiting > 0 && waiting === active) writer.flush()
  }

  async function storeScores(batch: Batch): Promise<void> {
    const { events, letters, isComplete } = await divide(batch)
    if (!isComplete) {
      batch.pause(RUBRIC_PAUSE_MS)
      return
    }
    let refused: RefusedEvent[]
    try {
      const stored = writer.write(events.map(({ value }) => value))
      waiting++
      flushWhenComplete()
      refused = await whileWorking(batch, stored.finally(() => { waiting-- }))
    } catch (error) {
      // What was not stored is fetched again by whoever comes next.
      if (isStopping) return
      throw error
    }
    for (const { index, error } of refused) letters.push(bury(events[index].message, { code: 'refused_by_store', path: '', message: error.message }))
    await finish(batch, letters)
  }

  /** Messages that may be stored, and letters for those that never can; incomplete where a rubric is still awaited. */
  async function divide(batch: Batch): Promise<{ events: { message: Message; value: Buffer }[]; letters: Outgoing[]; isComplete: boolean }> {
    const events: { message: Message; value: Buffer }[] = []
    const letters: Outgoing[] = []
    for (const message of batch.messages) {
      const hash = rubricOf(message)
      const { value } = message
      if (value === null || hash === undefined) letters.push(bury(message, { code: 'no_event', path: value === null ? '' : 'rubric.hash', message: value === null ? 'there is no value' : 'it names no rubric' }))
      else if (await whileWorking(batch, tillItWorks('ClickHouse', health, log, () => store.knows(hash)))) {
        missedSince.delete(hash)
        events.push({ message, value })
      } else if (hasWaited(hash)) letters.push(bury(message, { code: 'unknown_rubric', path: 'rubric.hash', message: `nobody announced the rubric ${hash}` }))
      else return { events: [], letters: [], isComplete: false }
    }
    return { events, letters, isComplete: true }
  }

  function hasWaited(hash: string): boolean {
    const since = missedSince.get(hash) ?? Date.now()
    missedSince.set(hash, since)
    return Date.now() - since >= settings.SINK_RUBRIC_WAIT_MS
  }

  function bury(message: Message, reason: DeadLetterReason): Outgoing {
    return deadLetter(topics.deadLetters, message, reason, version)
  }

  async function finish(batch: Batch, letters: readonly Outgoing[]): Promise<void> {
    if (letters.length > 0) await whileWorking(batch, tillItWorks('dead letters', health, log, () => producer.send(letters)))
    for (const { key, headers } of letters) {
      metrics.callsDead.inc({ code: headers?.code ?? '' })
      log.warn({ source: headers?.source, call_id: key?.toString(), why: headers?.code }, 'dead_letter')
    }
    await batch.commit(batch.messages[batch.messages.length - 1].offset)
    health.moved()
  }

  return {
    failed,
    async stop() {
      isStopping = true
      health.notReady = 'stopping'
      unwatch()
      const closing = writer.close()
      await Promise.all(consumptions.map((consumption) => consumption.stop()))
      await closing
      await producer.close()
    },
  }
}
