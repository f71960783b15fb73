import { StoreError } from './store-error.js'
import type { RefusedEvent } from './write-events.js'

export interface EventWriterOptions {
  /** One insert at a time each; two keep the engine busy. */
  sessions: readonly ((events: readonly Uint8Array[]) => Promise<RefusedEvent[]>)[]
  /** An insert begins when so many events wait, or so many bytes, or the oldest has waited so long. */
  maxRows: number
  maxBytes: number
  maxMs: number
  /** A batch that the store has not taken after so long is given back; absent: it is tried for ever. */
  giveUpMs?: number
  onStored?: (events: number, seconds: number) => void
  /** The store could not take a batch; it is tried again until `giveUpMs` or `close`. */
  onRetry?: (error: StoreError) => void
}

export interface EventWriter {
  /** Returns once the events are stored, with those that never will be. Rejects when they are given back or the writer is closed before. */
  write: (events: readonly Uint8Array[]) => Promise<RefusedEvent[]>
  /** Begins an insert with what waits: nothing more will come before it is done. */
  flush: () => void
  /** Stores what waits; what cannot be stored at the first attempt is given back. */
  close: () => Promise<void>
}

interface Waiting {
  events: readonly Uint8Array[]
  resolve: (refused: RefusedEvent[]) => void
  reject: (error: Error) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Gathers events of several writers into batches bounded by rows, bytes and time, and stores each once the store can. */
export function openEventWriter({ sessions, maxRows, maxBytes, maxMs, giveUpMs = Infinity, onStored, onRetry }: EventWriterOptions): EventWriter {
  let waiting: Waiting[] = []
  let rows = 0
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let isClosing = false
  const pauses = new Set<() => void>()
  const idle = [...sessions]
  const running = new Set<Promise<void>>()

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const session = idle.pop()
    if (session === undefined || waiting.length === 0) {
      if (session !== undefined) idle.push(session)
      return
    }
    const batch = waiting
    waiting = []
    rows = 0
    bytes = 0
    const run = store(session, batch).finally(() => {
      running.delete(run)
      idle.push(session)
      // What came meanwhile has waited long enough.
      flush()
    })
    running.add(run)
  }
  const isFull = (): boolean => rows >= maxRows || bytes >= maxBytes

  const store = async (session: EventWriterOptions['sessions'][number], batch: readonly Waiting[]): Promise<void> => {
    const events = batch.flatMap((each) => each.events)
    const since = performance.now()
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const started = performance.now()
        const refused = await session(events)
        onStored?.(events.length - refused.length, (performance.now() - started) / 1000)
        giveBack(batch, refused)
        return
      } catch (error) {
        if (isClosing || !(error instanceof StoreError) || performance.now() - since + pause > giveUpMs) {
          for (const { reject } of batch) reject(error as Error)
          return
        }
        onRetry?.(error)
        await new Promise<void>((resolve) => {
          const end = (): void => {
            clearTimeout(sleeping)
            pauses.delete(end)
            resolve()
          }
          const sleeping = setTimeout(end, pause)
          pauses.add(end)
        })
      }
    }
  }

  return {
    write: (events) => new Promise((resolve, reject) => {
      if (events.length === 0) {
        resolve([])
        return
      }
      if (isClosing) {
        reject(new StoreError('unavailable', { message: 'the writer is closed', zh: '写入已经结束' }, true))
        return
      }
      waiting.push({ events, resolve, reject })
      rows += events.length
      for (const event of events) bytes += event.length
      if (isFull()) flush()
      else timer ??= setTimeout(flush, maxMs)
    }),
    flush,
    async close() {
      isClosing = true
      for (const end of pauses) end()
      flush()
      while (running.size > 0) await Promise.all(running)
    },
  }
}

/** Each writer hears of its own events. */
function giveBack(batch: readonly Waiting[], refused: readonly RefusedEvent[]): void {
  let from = 0
  for (const { events, resolve } of batch) {
    const to = from + events.length
    const offset = from
    resolve(refused.filter(({ index }) => index >= offset && index < to).map(({ index, error }) => ({ index: index - offset, error })))
    from = to
  }
}
