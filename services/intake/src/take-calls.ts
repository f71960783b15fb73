import type { Input, NoScore, RuleBook } from '@yuzhi/scoring'
import type { EventWriter } from '@yuzhi/store'
import type { Metrics } from '@yuzhi/service'

/** One line of what came. */
export interface Line {
  /** Counts from 1. */
  number: number
  value: Uint8Array
}

export interface Rejection extends Omit<NoScore, 'ok' | 'code'> {
  line: number
  code: NoScore['code'] | 'refused_by_store'
}

export interface Taken {
  accepted: { line: number; call_id: string }[]
  rejected: Rejection[]
}

export interface Arrival {
  source: string
  /** Milliseconds since 1970. */
  at: number
}

/** Positions count in 64ths of a millisecond, as those of the stream do. */
const POSITIONS_IN_MS = 64

const NEWLINE = 0x0a

/** The lines that hold something, with their numbers. */
export function linesOf(body: Uint8Array): Line[] {
  const lines: Line[] = []
  let number = 0
  for (let from = 0; from < body.length; ) {
    const newline = body.indexOf(NEWLINE, from)
    const to = newline < 0 ? body.length : newline
    number++
    const value = body.subarray(from, to)
    if (value.some((byte) => byte > 0x20)) lines.push({ number, value })
    from = to + 1
  }
  return lines
}

/** Judges and stores; returns when every call that could be is durable. */
export async function takeCalls(lines: readonly Line[], { source, at }: Arrival, book: RuleBook, writer: EventWriter, metrics: Metrics): Promise<Taken> {
  metrics.callsIn.inc(lines.length)
  const inputs = lines.map(({ number, value }): Input => ({
    value,
    source: `${source}:${number}`,
    // Of two versions of a call in one body the later line stands.
    position: Math.floor(at) * POSITIONS_IN_MS + Math.min(number - 1, POSITIONS_IN_MS - 1),
    time: new Date(at).toISOString(),
  }))
  const scored = await book.use((pool) => pool.score(inputs))
  const taken: Taken = { accepted: [], rejected: [] }
  const events: Uint8Array[] = []
  for (const [i, result] of scored.entries()) {
    const line = lines[i].number
    if (result.ok) {
      events.push(result.value)
      taken.accepted.push({ line, call_id: result.callId })
    } else taken.rejected.push({ line, code: result.code, path: result.path, message: result.message })
  }
  metrics.callsScored.inc(events.length)
  const refused = await writer.write(events)
  for (const { index, error } of refused.toReversed()) {
    const [{ line }] = taken.accepted.splice(index, 1)
    taken.rejected.push({ line, code: 'refused_by_store', path: '', message: error.message })
  }
  return taken
}
