import { Writable } from 'node:stream'
import { KafkaSettings, openKafkaJs } from '@yuzhi/kafka'
import { ScorerSettings, startScorer } from '@yuzhi/scorer'
import { Health, type Metrics, openLog, openMetrics, type Running } from '@yuzhi/service'
import { SinkSettings, startSink } from '@yuzhi/sink'
import { EVENT_SESSION_SETTINGS, openExecutor, openStore, type StorePlace, writeEvents } from '@yuzhi/store'
import { CACHE } from '../paths.js'
import type { Pipeline } from './harness.js'

/** A service inside the process of the test. */
export interface Here extends Running {
  metrics: Metrics
  health: Health
  log: () => string
}

function parts(name: string): { metrics: Metrics; health: Health; log: ReturnType<typeof openLog>; text: () => string } {
  const lines: string[] = []
  const to = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'))
      done()
    },
  })
  const metrics = openMetrics(name)
  return { metrics, health: new Health(60_000, metrics.lastProgress), log: openLog(name, 'debug', to), text: () => lines.join('') }
}

export async function scorerHere({ environment, brokers, config }: Pipeline, overrides: Record<string, string> = {}): Promise<Here> {
  const { text, ...own } = parts('scorer')
  const settings = ScorerSettings.parse({ ...environment, ...overrides })
  const scorer = await startScorer({ ...own, settings, broker: openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: brokers })), config, cache: CACHE, version: 'test' })
  return { ...scorer, ...own, log: text }
}

export async function sinkHere({ environment, brokers, dir }: Pipeline, overrides: Record<string, string> = {}, place: StorePlace = { dir }): Promise<Here> {
  const { text, ...own } = parts('sink')
  const settings = SinkSettings.parse({ ...environment, ...overrides })
  const store = await openStore(place)
  const executors = [await openExecutor(place, EVENT_SESSION_SETTINGS), await openExecutor(place, EVENT_SESSION_SETTINGS)]
  const sessions = executors.map((executor) => (events: readonly Uint8Array[]) => writeEvents(executor, store.database, events))
  const sink = await startSink({ ...own, settings, store, sessions, broker: openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: brokers })), version: 'test' })
  return {
    ...sink,
    ...own,
    log: text,
    async stop() {
      await sink.stop()
      for (const executor of executors) await executor.close()
      await store.close()
    },
  }
}
