import { availableParallelism } from 'node:os'
import path from 'node:path'
import { openRuleBook } from '@yuzhi/scoring'
import type { JudgingParts, Route, Running } from '@yuzhi/service'
import { openEventWriter, type RefusedEvent, type Store } from '@yuzhi/store'
import { openInbox } from './inbox.js'
import type { IntakeSettings } from './intake-settings.js'
import { postCalls } from './post-calls.js'
import { takeCalls } from './take-calls.js'

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

/** Takes calls by HTTP and from a folder, judges and stores them: one machine, no Kafka. */
export async function startIntake({ settings, dir, store, sessions, log, metrics, health, privacy, config, cache, version }: IntakeParts): Promise<Running & { route: Route }> {
  const writer = openEventWriter({
    sessions,
    maxRows: MAX_ROWS,
    maxBytes: MAX_BYTES,
    maxMs: settings.INTAKE_BATCH_MS,
    onStored: (calls, seconds) => {
      metrics.callsStored.inc(calls)
      metrics.batchCalls.observe({ stage: 'store' }, calls)
      metrics.stageSeconds.observe({ stage: 'store' }, seconds)
      health.moved()
    },
    onRetry: (error) => {
      metrics.retries.inc({ stage: 'store' })
      log.error({ error }, 'store_retried')
    },
  })
  const book = await openRuleBook({
    config, cache, privacy,
    threads: settings.INTAKE_THREADS === 0 ? availableParallelism() : settings.INTAKE_THREADS,
    callTimeoutMs: settings.INTAKE_CALL_TIMEOUT_MS,
    maxCallBytes: settings.INTAKE_MAX_CALL_BYTES,
    pollMs: settings.INTAKE_RULES_POLL_MS,
    announce: async (rubrics) => {
      for (const rubric of rubrics) await store.register(rubric, new Date().toISOString())
    },
    onAdopted: (rubrics) => { log.info({ rubrics: rubrics.map(({ id, version: of, hash }) => ({ standard: id, version: of, hash })) }, 'rules_adopted') },
    onRefused: (problem) => {
      metrics.rulesRefused.inc()
      log.error({ problem }, 'rules_refused')
    },
  })
  const take = (...[lines, arrival]: Parameters<Parameters<typeof postCalls>[0]['take']>): ReturnType<typeof takeCalls> => health.working(() => takeCalls(lines, arrival, book, writer, metrics))
  const inbox = openInbox({ dir: path.join(dir, 'inbox'), deadLetters: path.join(dir, 'dead-letters'), pollMs: settings.INTAKE_INBOX_POLL_MS, take, version, log })
  health.notReady = undefined
  log.info({ inbox: path.join(dir, 'inbox') }, 'intake_started')
  return {
    failed: new Promise<never>(() => undefined),
    route: postCalls({ maxBodyBytes: settings.INTAKE_MAX_BODY_BYTES, maxPendingBytes: settings.INTAKE_MAX_PENDING_BYTES, take, now: Date.now }),
    async stop() {
      health.notReady = 'stopping'
      await inbox.stop()
      await writer.close()
      await book.close()
    },
  }
}
