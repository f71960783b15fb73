import { availableParallelism } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openRuleBook } from '@yuzhi/scoring'
import { type JudgingParts, readStoreFile, reportRules, type Route, type Running, tillItWorks } from '@yuzhi/service'
import { openEventWriter, type RefusedEvent, type Store, StoreError } from '@yuzhi/store'
import { openInbox } from './inbox.js'
import type { IntakeSettings } from './intake-settings.js'
import { postCalls } from './post-calls.js'
import { type Arrival, type Line, type Taken, takeCalls } from './take-calls.js'

export interface IntakeParts extends JudgingParts {
  settings: IntakeSettings
  /** Folder of the store; the inbox and the dead letters stand beside it. */
  dir: string
  store: Pick<Store, 'register'>
  /** Sessions of the store that take events, each on its own. */
  sessions: readonly ((events: readonly Uint8Array[]) => Promise<RefusedEvent[]>)[]
}

const MAX_ROWS = 20_000
const MAX_BYTES = 64 * 1024 * 1024
/** After a stop the store is asked again and again for so long. */
const FINISH_MS = 5_000

/** Takes calls by HTTP and from a folder, judges and stores them: one machine, no Kafka. */
export async function startIntake({ settings, dir, store, sessions, log, metrics, health, config, cache, version }: IntakeParts): Promise<Running & { route: Route }> {
  let isStopping = false
  const writer = openEventWriter({
    sessions,
    maxRows: MAX_ROWS,
    maxBytes: MAX_BYTES,
    maxMs: settings.INTAKE_BATCH_MS,
    giveUpMs: settings.INTAKE_STORE_WAIT_MS,
    onStored: (calls, seconds) => {
      metrics.callsStored.inc(calls)
      metrics.batchCalls.observe({ stage: 'store' }, calls)
      metrics.stageSeconds.observe({ stage: 'store' }, seconds)
      health.moved()
    },
    onRetry: (error) => {
      metrics.retries.inc({ stage: 'store' })
      if (!isStopping) health.notReady = `ClickHouse: ${error.message}`
      log.error({ error }, 'store_retried')
    },
  })
  const book = await openRuleBook({
    config, cache,
    readPrivacy: (folder) => readStoreFile(folder).privacy,
    threads: settings.INTAKE_THREADS === 0 ? availableParallelism() : settings.INTAKE_THREADS,
    callTimeoutMs: settings.INTAKE_CALL_TIMEOUT_MS,
    maxCallBytes: settings.INTAKE_MAX_CALL_BYTES,
    pollMs: settings.INTAKE_RULES_POLL_MS,
    announce: async (rubrics) => {
      for (const rubric of rubrics) await tillItWorks('ClickHouse', health, log, () => store.register(rubric, new Date().toISOString()))
    },
    ...reportRules(metrics, log),
  })
  /** What was begun before the stop is finished. */
  const inHand = new Set<Promise<unknown>>()
  const take = (lines: readonly Line[], arrival: Arrival): Promise<Taken> => {
    if (isStopping) return Promise.reject(new StoreError('unavailable', { message: 'the service is stopping', zh: '服务正在停止' }, true))
    const taking = health.working(() => takeCalls(lines, arrival, book, writer, metrics))
    const settled = taking.catch(() => undefined).finally(() => {
      inHand.delete(settled)
      // Given back or stored: the next one tries anew.
      if (inHand.size === 0 && !isStopping) health.notReady = undefined
    })
    inHand.add(settled)
    return taking
  }
  const inbox = openInbox({
    dir: path.join(dir, 'inbox'), deadLetters: path.join(dir, 'dead-letters'), pollMs: settings.INTAKE_INBOX_POLL_MS, take, version, log,
    onBuried: (code) => { metrics.callsDead.inc({ code }) },
  })
  health.notReady = undefined
  log.info({ inbox: path.join(dir, 'inbox') }, 'intake_started')
  return {
    failed: new Promise<never>(() => undefined),
    route: postCalls({ maxBodyBytes: settings.INTAKE_MAX_BODY_BYTES, maxPendingBytes: settings.INTAKE_MAX_PENDING_BYTES, take, onRejected: (code) => { metrics.callsRejected.inc({ code }) }, now: Date.now }),
    async stop() {
      health.notReady = 'stopping'
      isStopping = true
      const finished = Promise.all([inbox.stop(), ...inHand])
      await Promise.race([finished, setTimeout(FINISH_MS, undefined, { ref: false })])
      // What the store does not take now is given back: whoever posted sends it again, the inbox keeps its file.
      await writer.close()
      await finished
      await book.close()
    },
  }
}
