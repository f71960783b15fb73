import { kafkaFaults, type KafkaSettings, type LogKafka, openKafkaJs } from '@yuzhi/kafka'
import { IntakeSettings, startIntake } from '@yuzhi/intake'
import { ScorerSettings, startScorer } from '@yuzhi/scorer'
import { type Environment, EXIT, Health, type JudgingParts, type Logger, openHttp, openLog, openMetrics, readSettings, type Route, type Running, runService, type ServiceParts, type ServiceSettings, tillItWorks } from '@yuzhi/service'
import { SinkSettings, startSink } from '@yuzhi/sink'
import { EVENT_SESSION_SETTINGS, letOthersIn, openExecutor, openStore, type StorePlace, type Store, writeEvents } from '@yuzhi/store'
import { z } from 'zod'
import { type Context, placeOf, UserError } from '../context.js'
import { unknownSettings } from '../unknown-settings.js'

/** `yuzhi up --kafka`: what scorer and sink have, together. */
const PipelineSettings = z.object({ ...ScorerSettings.shape, ...SinkSettings.shape, YUZHI_HTTP_PORT: IntakeSettings.shape.YUZHI_HTTP_PORT })
/** `yuzhi up`: calls over HTTP and from a folder. */
const UpSettings = IntakeSettings

export interface WorkerOptions {
  dir: string
  port?: number
  kafka?: boolean
}

/** Judges calls from Kafka, until it is told to stop. */
export async function scorerCommand(context: Context, options: WorkerOptions, environment: Environment): Promise<number> {
  const settings = readSettings(ScorerSettings, withPort(environment, options), kafkaFaults)
  return serve(context, 'scorer', settings, environment, (parts) => startScorer({ ...judging(context, parts), settings, broker: brokerOf(settings, parts.log) }))
}

/** Stores judged calls from Kafka, until it is told to stop. */
export async function sinkCommand(context: Context, options: WorkerOptions, environment: Environment): Promise<number> {
  const settings = readSettings(SinkSettings, withPort(environment, options), kafkaFaults)
  return serve(context, 'sink', settings, environment, async (parts) => {
    const opened = await tillItWorks('ClickHouse', parts.health, parts.log, () => openShared(context, options.dir))
    const sink = await startSink({ ...parts, ...opened, settings, broker: brokerOf(settings, parts.log) })
    return { failed: sink.failed, stop: () => inOrder([sink.stop, opened.close]) }
  })
}

/** Everything for one machine in one process. */
export async function upCommand(context: Context, options: WorkerOptions, environment: Environment): Promise<number> {
  if (context.server !== undefined) throw new UserError(context.say('up_embedded'))
  const asked = withPort(environment, options)
  return options.kafka === true ? upWithKafka(context, options, asked) : upAlone(context, options, asked)
}

function upWithKafka(context: Context, options: WorkerOptions, environment: Environment): Promise<number> {
  const settings = readSettings(PipelineSettings, environment, kafkaFaults)
  return serve(context, 'up', settings, environment, async (parts) => {
    const opened = await openShared(context, options.dir)
    const broker = brokerOf(settings, parts.log)
    // Each has a health of its own: one may stand still while the other works.
    const second = new Health(settings.YUZHI_STALL_MS, parts.metrics.lastProgress)
    const sink = await startSink({ ...parts, ...opened, health: second, settings, broker })
    const scorer = await startScorer({ ...judging(context, parts), settings, broker })
    return { failed: Promise.race([scorer.failed, sink.failed]), stop: () => inOrder([scorer.stop, sink.stop, opened.close]), others: [second] }
  })
}

function upAlone(context: Context, options: WorkerOptions, environment: Environment): Promise<number> {
  const settings = readSettings(UpSettings, environment)
  return serve(context, 'up', settings, environment, async (parts) => {
    const opened = await openShared(context, options.dir)
    const intake = await startIntake({ ...judging(context, parts), ...opened, settings, dir: options.dir })
    return { failed: intake.failed, route: intake.route, stop: () => inOrder([intake.stop, opened.close]) }
  }, (url) => { context.log(context.say('up_ready', { url, dir: options.dir })) })
}

type Served = Running & { route?: Route; others?: readonly Health[] }

/** Starts a service with its log, its metrics and its page of health, and runs it to its end. */
async function serve({ version }: Context, name: string, settings: ServiceSettings, environment: Environment, start: (parts: ServiceParts) => Promise<Served>, onReady: (url: string) => void = () => undefined): Promise<number> {
  const log = openLog(name, settings.LOG_LEVEL)
  for (const unknown of unknownSettings(environment, SETTING_NAMES)) log.warn(unknown, 'unknown_setting')
  const metrics = openMetrics(name)
  const health = new Health(settings.YUZHI_STALL_MS, metrics.lastProgress)
  const healths = [health]
  const routes: Route[] = []
  const http = await openHttp({ host: settings.YUZHI_HTTP_HOST, port: settings.YUZHI_HTTP_PORT, healths, registry: metrics.registry, routes, onError: (error) => { log.error({ error }, 'http_failed') } })
  log.info({ url: http.url }, 'http_open')
  let service: Served
  try {
    service = await start({ log, metrics, health, version })
  } catch (error) {
    // An open page would keep a process alive that does nothing.
    await http.close()
    if ((error as { canRetry?: boolean }).canRetry !== true) throw error
    log.fatal({ error }, 'service_failed')
    process.exit(EXIT.failed)
  }
  healths.push(...(service.others ?? []))
  if (service.route !== undefined) routes.push(service.route)
  onReady(http.url)
  const code = await runService({ failed: service.failed, stop: () => inOrder([service.stop, http.close]) }, settings.YUZHI_STOP_DEADLINE_MS, log)
  // Whatever still holds the process open was given its time.
  process.exit(code)
}

async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of steps) await step()
}

function withPort(environment: Environment, { port }: WorkerOptions): Environment {
  return port === undefined ? environment : { ...environment, YUZHI_HTTP_PORT: String(port) }
}

export function brokerOf(settings: KafkaSettings, log: Logger): ReturnType<typeof openKafkaJs> {
  const logKafka: LogKafka = (level, message, fields) => {
    // kafkajs calls every answer an error that it then asks for again; what it cannot mend comes back to us.
    const isAnswer = message.startsWith('[Connection]')
    log[level === 'error' && !isAnswer ? 'warn' : 'debug']({ ...fields, said: message }, 'kafka')
  }
  return openKafkaJs(settings, logKafka)
}

function judging({ config, cache }: Context, parts: ServiceParts): JudgingParts {
  parts.log.info({ config, note: 'the first time models are trained, which takes minutes' }, 'rules_loading')
  return { ...parts, config, cache }
}

const SESSIONS = 2

/** The store with sessions that take events; others on this machine may work in the folder meanwhile. */
async function openShared(context: Context, dir: string): Promise<{ store: Store; sessions: ((events: readonly Uint8Array[]) => ReturnType<typeof writeEvents>)[]; close: () => Promise<void> }> {
  const place: StorePlace = await placeOf(context, dir)
  if (context.server === undefined && 'server' in place) throw new UserError(context.say('dir_in_use', { dir }))
  const store = await openStore(place, context.store)
  const executors = await Promise.all(Array.from({ length: SESSIONS }, () => openExecutor(place, EVENT_SESSION_SETTINGS)))
  const shutOthersOut = 'dir' in place ? await letOthersIn(place.dir) : undefined
  return {
    store,
    sessions: executors.map((executor) => (events) => writeEvents(executor, store.database, events)),
    async close() {
      await shutOthersOut?.()
      for (const executor of executors) await executor.close()
      await store.close()
    },
  }
}

export const SETTINGS = { scorer: ScorerSettings, sink: SinkSettings, up: UpSettings, 'up --kafka': PipelineSettings } as const
const SETTING_NAMES = Object.values(SETTINGS).flatMap(({ shape }) => Object.keys(shape))
