import { type Broker, type Consumption, type Producer, topicSpecs } from '@yuzhi/kafka'
import type { Health } from './health.js'
import type { Logger } from './log.js'
import type { Metrics } from './metrics.js'
import { type StreamSettings, topicsOf } from './stream-settings.js'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
const LAG_EVERY_MS = 5_000
const AWAY = 'Kafka: '

/** Brokers may be away when a service starts, for however long: it says so and waits. What no waiting mends throws. */
export async function tillItWorks<T>(what: string, health: Health, log: Logger, work: () => Promise<T>): Promise<T> {
  const before = health.notReady
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      const result = await work()
      health.notReady = before
      return result
    } catch (error) {
      if ((error as { canRetry?: boolean }).canRetry !== true) throw error
      health.notReady = `${what}: ${(error as Error).message}`
      log.warn({ error, what }, 'waiting')
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

/** Topics that are there and a producer that works. */
export async function openStream(broker: Broker, settings: StreamSettings, health: Health, log: Logger): Promise<Producer> {
  if (settings.KAFKA_CREATE_TOPICS) {
    const made = await tillItWorks('creating topics', health, log, () => broker.createTopics(topicSpecs(settings.KAFKA_PARTITIONS, settings.KAFKA_REPLICAS, topicsOf(settings))))
    if (made.length > 0) log.info({ topics: made }, 'topics_created')
  }
  return tillItWorks('connecting', health, log, () => broker.openProducer())
}

/** Shows how much waits for this worker, and lets health know that there is work and whether Kafka answers. Returns what ends it. */
export function watchLag(broker: Broker, consumptions: readonly Consumption[], group: string, topic: string, health: Health, metrics: Metrics, log: Logger): () => void {
  let shown: number[] = []
  const look = async (): Promise<void> => {
    const own = new Set(consumptions.flatMap(({ assigned }) => assigned()).filter((source) => source.topic === topic).map(({ partition }) => partition))
    const lags = (await broker.lag(group, [topic])).filter(({ partition }) => own.has(partition))
    for (const partition of shown) metrics.lag.remove({ topic, partition: String(partition) })
    shown = lags.map(({ partition }) => partition)
    let waiting = 0
    for (const { partition, committed, end, lag } of lags) {
      // Committed offsets stand before the markers of transactions, which nobody will ever read.
      const position = consumptions.map(({ position: at }) => at({ topic, partition })).find((offset) => offset !== undefined) ?? committed
      const behind = position === undefined ? lag : Math.max(0, Math.min(lag, Number(end - position)))
      metrics.lag.set({ topic, partition: String(partition) }, behind)
      waiting += behind
    }
    health.setWaiting(waiting)
  }
  const away = (why: string): void => { health.notReady ??= `${AWAY}${why}` }
  let isLooking = false
  const timer = setInterval(() => {
    // kafkajs asks on by itself, for minutes; meanwhile nobody answers.
    if (isLooking) {
      away(`no answer for more than ${LAG_EVERY_MS / 1000} s`)
      return
    }
    isLooking = true
    look().then(() => {
      if (health.notReady?.startsWith(AWAY) === true) health.notReady = undefined
    }, (error: unknown) => {
      log.debug({ error }, 'lag_unknown')
      away((error as Error).message)
    }).finally(() => { isLooking = false })
  }, LAG_EVERY_MS)
  return () => { clearInterval(timer) }
}
