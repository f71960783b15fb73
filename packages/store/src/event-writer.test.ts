import { describe, expect, it } from 'vitest'
import { type EventWriterOptions, openEventWriter } from './event-writer.js'
import { StoreError } from './store-error.js'
import type { RefusedEvent } from './write-events.js'

const bytes = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text))
const away = new StoreError('unavailable', { message: 'away', zh: '不在' }, true)

/** A session that notes what it is given, and answers as it is told. */
function session(answer: (events: readonly string[]) => Promise<RefusedEvent[]> = () => Promise.resolve([])): { inserts: string[][]; take: EventWriterOptions['sessions'][number] } {
  const inserts: string[][] = []
  return {
    inserts,
    take: (events) => {
      const texts = events.map((event) => Buffer.from(event).toString())
      inserts.push(texts)
      return answer(texts)
    },
  }
}

const bounds = { maxRows: 1000, maxBytes: 1e6, maxMs: 20 }

describe('the writer of events', () => {
  it('puts what comes within the time into one insert', async () => {
    const { inserts, take } = session()
    const writer = openEventWriter({ sessions: [take], ...bounds })
    await Promise.all([writer.write(bytes('a', 'b')), writer.write(bytes('c'))])
    expect(inserts).toEqual([['a', 'b', 'c']])
  })

  it('begins at once when there are enough rows or bytes, or when nothing more will come', async () => {
    const { inserts, take } = session()
    const writer = openEventWriter({ sessions: [take], maxRows: 2, maxBytes: 10, maxMs: 60_000 })
    await writer.write(bytes('a', 'b'))
    await writer.write(bytes('0123456789'))
    const last = writer.write(bytes('c'))
    writer.flush()
    await last
    expect(inserts).toEqual([['a', 'b'], ['0123456789'], ['c']])
  })

  it('tells each writer of its own refused events', async () => {
    const { take } = session((events) => Promise.resolve(events.flatMap((event, index) => (event.startsWith('bad') ? [{ index, error: new StoreError('bad_rows', { message: event, zh: event }, false) }] : []))))
    const writer = openEventWriter({ sessions: [take], ...bounds })
    const results = await Promise.all([writer.write(bytes('a', 'bad1')), writer.write(bytes('b')), writer.write(bytes('bad2', 'c'))])
    expect(results.map((refused) => refused.map(({ index, error }) => [index, error.message]))).toEqual([[[1, 'bad1']], [], [[0, 'bad2']]])
  })

  it('tries again until the store takes the batch, and says so each time', async () => {
    let tries = 0
    const retried: string[] = []
    const { take } = session(() => (++tries < 3 ? Promise.reject(away) : Promise.resolve([])))
    const writer = openEventWriter({ sessions: [take], ...bounds, onRetry: ({ message }) => retried.push(message) })
    expect(await writer.write(bytes('a'))).toEqual([])
    expect(retried).toEqual(['away', 'away'])
  })

  it('gives a batch back that the store has not taken for so long, and takes the next', async () => {
    let isAway = true
    const { take } = session(() => (isAway ? Promise.reject(away) : Promise.resolve([])))
    const writer = openEventWriter({ sessions: [take], ...bounds, giveUpMs: 150 })
    await expect(writer.write(bytes('a'))).rejects.toBe(away)
    isAway = false
    expect(await writer.write(bytes('b'))).toEqual([])
  })

  it('keeps no more inserts under way than it has sessions', async () => {
    let open = 0
    let most = 0
    const take = async (): Promise<RefusedEvent[]> => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setTimeout(resolve, 5))
      open--
      return []
    }
    const writer = openEventWriter({ sessions: [take, take], maxRows: 1, maxBytes: 1e6, maxMs: 1 })
    await Promise.all(Array.from({ length: 20 }, (_, i) => writer.write(bytes(String(i)))))
    expect(most).toBe(2)
  })

  it('gives back at its end what the store does not take at once, and takes nothing more', async () => {
    const { take } = session(() => Promise.reject(away))
    const writer = openEventWriter({ sessions: [take], maxRows: 1, maxBytes: 1e6, maxMs: 1 })
    const first = writer.write(bytes('a'))
    const second = writer.write(bytes('b'))
    const outcomes = Promise.allSettled([first, second])
    await writer.close()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(writer.write(bytes('c'))).rejects.toMatchObject({ code: 'unavailable' })
  })
})
