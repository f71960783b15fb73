import { createHash } from 'node:crypto'
import { maskScored, type PrivacyOptions } from '@yuzhi/privacy'
import { scoredEvent } from '@yuzhi/schemas'
import type { Executor } from './executor.js'
import { migrate } from './migrate.js'
import { putInForce, ranks, registerRubric, type RubricRecord } from './publications.js'
import { databaseOf, openExecutor, type StorePlace } from './store-place.js'
import { applyRetention, type Retention } from './retention.js'
import type { ScoredCall } from './stored-call.js'
import { StoreError } from './store-error.js'
import { EVENT_SETTINGS, type RefusedEvent, writeEvents } from './write-events.js'

export interface StoreOptions {
  /** What is masked before it is stored; undefined: everything private. */
  privacy?: PrivacyOptions | undefined
  /** How long what is kept in an embedded store; on a server `yuzhi migrate` sees to it. */
  retention?: Retention | undefined
}

export interface Store {
  executor: Executor
  database: string
  /** Enters the rubric and puts it in force, unless it is in force already. Calls are stored under rubrics that were entered. `at`: ISO 8601. */
  register: (rubric: RubricRecord, at: string) => Promise<void>
  /** Whether the rubric of this hash was entered, by whomever. */
  knows: (rubricHash: string) => Promise<boolean>
  /**
   * Returns once all tables have acknowledged the batch. Private data is masked; calls that were
   * forgotten are left out. Storing a call again changes nothing. `scoredAt`: ISO 8601.
   */
  write: (batch: readonly ScoredCall[], scoredAt: string) => Promise<void>
  /** Stores results beside the current ones, under a rubric that may not be in force. */
  writeHistory: (batch: readonly ScoredCall[], scoredAt: string) => Promise<void>
  /** Stores judged calls as the stream carries them, masked already, their rubrics entered; returns those that are no valid events. */
  writeEvents: (events: readonly Uint8Array[]) => Promise<RefusedEvent[]>
  close: () => Promise<void>
}

/** Opens the store for writing. An embedded one is brought up to date; a server's schema is `yuzhi migrate`'s. */
export async function openStore(place: StorePlace, { privacy, retention }: StoreOptions = {}): Promise<Store> {
  const executor = await openExecutor(place, EVENT_SETTINGS)
  const database = databaseOf(place)
  if ('dir' in place) {
    await migrate(executor, { database })
    if (retention !== undefined) await applyRetention(executor, { database }, retention)
  }
  let entered = await ranks(executor, database)
  const knows = async (hash: string): Promise<boolean> => {
    if (!entered.has(hash)) entered = await ranks(executor, database)
    return entered.has(hash)
  }
  const write = async (batch: readonly ScoredCall[], scoredAt: string, isHistory: boolean): Promise<void> => {
    const events = batch.map(({ call, score, source = '', position = 0 }) => {
      const masked = maskScored(call, score, privacy)
      const event = scoredEvent(masked.call, masked.score, { source, position, scoredAt })
      return Buffer.from(JSON.stringify(isHistory ? { ...event, only_history: true } : event))
    })
    const [refused] = await writeEvents(executor, database, events)
    if ((refused as RefusedEvent | undefined) !== undefined) throw refused.error
  }
  return {
    executor,
    database,
    knows,
    async register(rubric, at) {
      await registerRubric(executor, database, rubric, at)
      if (!(await knows(rubric.hash))) entered.set(rubric.hash, await putInForce(executor, database, rubric.hash, at))
    },
    async write(batch, scoredAt) {
      for (const hash of new Set(batch.map(({ score }) => score.rubric.hash))) {
        if (!(await knows(hash))) throw new StoreError('failed', { message: `the rubric ${hash} was not registered`, zh: `规则 ${hash} 没有登记` }, false)
      }
      await write(batch, scoredAt, false)
    },
    writeHistory: (batch, scoredAt) => write(batch, scoredAt, true),
    writeEvents: (events) => writeEvents(executor, database, events),
    close: executor.close,
  }
}

/** What is kept of the id of a forgotten call. */
export function callHash(callId: string): string {
  return createHash('sha256').update(callId).digest('hex')
}
