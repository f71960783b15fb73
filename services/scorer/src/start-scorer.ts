import { availableParallelism } from 'node:os'
import { type Batch, type Broker, type Consumption, exactlyOnce, KafkaError, type Message, whileWorking } from '@yuzhi/kafka'
import { openRuleBook, type RuleBook, type RuleBookOptions } from '@yuzhi/scoring'
import { type JudgingParts, type Logger, type Metrics, openStream, readStoreFile, reportRules, type Running, tillItWorks, topicsOf, watchLag } from '@yuzhi/service'
import { chunksOf, inputOf, type Outcome, outcomeOf, withoutBytes } from './judge-batch.js'
import type { ScorerSettings } from './scorer-settings.js'

export interface ScorerParts extends JudgingParts {
  settings: ScorerSettings
  broker: Broker
}

/** Below the limit of the topics (1 MB), with room for the frame of a batch of records. */
const MAX_SEND_BYTES = 900_000
/** The broker answers a fetch after so long at the latest. */
const FETCH_WAIT_MS = 250
/** Of a partition; some hundred calls. */
const FETCH_BYTES = 2 * 1024 * 1024
/** Partitions of one member that are worked on side by side. */
const PARTITIONS_AT_ONCE = 4

/** Reads calls, judges them, writes scores and dead letters together with the offset, in one transaction. */
export async function startScorer(parts: ScorerParts): Promise<Running> {
  const { settings, broker, log, metrics, health } = parts
  const topics = topicsOf(settings)
  const producer = await openStream(broker, settings, health, log)
  const book = await openRules(parts, async (rubrics) => {
    // The sink must know a rubric before its first score: it can be stored then without asking anybody.
    const announcement = rubrics.map((rubric) => ({ topic: topics.rubrics, key: rubric.hash, value: Buffer.from(JSON.stringify(rubric)) }))
    await tillItWorks('announcing the rubrics', health, log, () => producer.send(announcement))
  })
  const once = exactlyOnce(broker, {
    group: settings.SCORER_GROUP,
    prefix: settings.SCORER_GROUP,
    maxSendBytes: MAX_SEND_BYTES,
    onRetry: (error, source) => {
      metrics.retries.inc({ stage: 'commit' })
      log.warn({ ...source, error }, 'transaction_retried')
    },
  })
  let crash: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => { crash = reject })
  // Whoever runs the service hears of it, also when it happens before they listen.
  failed.catch(() => undefined)
  const consume = (): Promise<Consumption> => tillItWorks('joining the group', health, log, () => broker.consume({
    group: settings.SCORER_GROUP,
    topics: [topics.transcripts],
    concurrency: PARTITIONS_AT_ONCE,
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    maxWaitMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES,
    onBatch: (batch) => health.working(() => handle(batch)),
    onCrash: (error) => { crash(error) },
  }))
  const consumptions: Consumption[] = []
  for (let member = 0; member < settings.SCORER_CONSUMERS; member++) consumptions.push(await consume())
  const unwatch = watchLag(broker, consumptions, settings.SCORER_GROUP, topics.transcripts, health, metrics, log)
  health.notReady = undefined
  log.info({ topic: topics.transcripts, group: settings.SCORER_GROUP }, 'scorer_started')

  async function handle(batch: Batch): Promise<void> {
    const todo = await once.begin(batch)
    if (todo.length === 0) batch.resolve(batch.messages[batch.messages.length - 1].offset)
    // While one chunk is committed the next is judged.
    let committing: Promise<void> = Promise.resolve()
    try {
      for (const chunk of chunksOf(todo, settings.SCORER_CHUNK_CALLS)) {
        if (batch.isStale()) break
        metrics.callsIn.inc(chunk.length)
        const outcomes = await timed('judge', () => judge(batch, chunk))
        await committing
        committing = timed('commit', () => commit(batch, outcomes)).then((committed) => {
          report(committed, metrics, log)
          health.moved()
        })
        committing.catch(() => undefined)
      }
    } finally {
      // Nothing of a batch goes on after its handler has ended; a failure is heard here.
      await committing
    }
  }

  async function judge(batch: Batch, chunk: readonly Message[]): Promise<Outcome[]> {
    const scored = await whileWorking(batch, book.use((pool) => pool.score(chunk.map(inputOf))))
    const options = { scores: topics.scores, deadLetters: topics.deadLetters, maxResultBytes: settings.SCORER_MAX_RESULT_BYTES, version: parts.version }
    return chunk.map((message, i) => outcomeOf(message, scored[i], options))
  }

  /** What a topic will not take is found by halving and goes to the dead letters without its bytes. */
  async function commit(batch: Batch, outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
    try {
      await whileWorking(batch, once.commit(batch, outcomes.map(({ original: { offset }, out }) => ({ offset, out }))))
      return outcomes
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'too_large' || outcomes[0].out.value === null) throw error
      if (outcomes.length === 1) return commit(batch, [withoutBytes(outcomes[0], topics.deadLetters, parts.version)])
      const middle = outcomes.length >> 1
      return [...(await commit(batch, outcomes.slice(0, middle))), ...(await commit(batch, outcomes.slice(middle)))]
    }
  }

  async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const end = metrics.stageSeconds.startTimer({ stage })
    const result = await work()
    end()
    return result
  }

  return {
    failed,
    async stop() {
      health.notReady = 'stopping'
      unwatch()
      await Promise.all(consumptions.map((consumption) => consumption.stop()))
      await once.close()
      await producer.close()
      await book.close()
    },
  }
}

function openRules({ settings, config, cache, metrics, log }: ScorerParts, announce: RuleBookOptions['announce']): Promise<RuleBook> {
  return openRuleBook({
    config, cache, announce,
    readPrivacy: (folder) => readStoreFile(folder).privacy,
    threads: settings.SCORER_THREADS === 0 ? availableParallelism() : settings.SCORER_THREADS,
    callTimeoutMs: settings.SCORER_CALL_TIMEOUT_MS,
    maxCallBytes: settings.SCORER_MAX_CALL_BYTES,
    pollMs: settings.SCORER_RULES_POLL_MS,
    ...reportRules(metrics, log),
  })
}

function report(outcomes: readonly Outcome[], metrics: Metrics, log: Logger): void {
  metrics.batchCalls.observe({ stage: 'judge' }, outcomes.length)
  for (const { deadCode, original: { topic, partition, offset }, out: { key, headers } } of outcomes) {
    if (deadCode === undefined) {
      metrics.callsScored.inc()
      continue
    }
    metrics.callsDead.inc({ code: deadCode })
    log.warn({ topic, partition, offset: String(offset), call_id: key?.toString(), why: deadCode, path: headers?.path }, 'dead_letter')
  }
}
