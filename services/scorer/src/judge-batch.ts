import { deadLetter, type Message, type Outgoing, sourceOf } from '@yuzhi/kafka'
import type { Input, Scored } from '@yuzhi/scoring'

/** What becomes of a message: a score, or a dead letter that says why not. */
export interface Outcome {
  original: Message
  out: Outgoing
  /** Undefined: it was scored. */
  deadCode: string | undefined
}

export interface OutcomeOptions {
  scores: string
  deadLetters: string
  maxResultBytes: number
  version: string
}

/** Low bits of a position tell messages of one millisecond apart. */
const OFFSETS_IN_POSITION = 64n

/**
 * Where a message stands among others of the same call: by its time, which goes on when a topic is
 * made anew or gets more partitions, and within a millisecond by its offset. Below 2^48 until the year 2109.
 */
export function positionOf({ timestamp, offset }: Pick<Message, 'timestamp' | 'offset'>): number {
  return Number(BigInt(timestamp) * OFFSETS_IN_POSITION + (offset % OFFSETS_IN_POSITION))
}

export function inputOf(message: Message): Input {
  const { key, value, timestamp } = message
  return {
    value: value ?? new Uint8Array(),
    key: key?.toString('utf8'),
    source: sourceOf(message),
    position: positionOf(message),
    time: new Date(timestamp).toISOString(),
  }
}

export function outcomeOf(original: Message, scored: Scored, { scores, deadLetters, maxResultBytes, version }: OutcomeOptions): Outcome {
  const dead = (code: string, path: string, message: string): Outcome => ({ original, out: deadLetter(deadLetters, original, { code, path, message }, version), deadCode: code })
  if (!scored.ok) return dead(scored.code, scored.path, scored.message)
  if (scored.value.length > maxResultBytes) return dead('result_too_large', '', `the result has ${scored.value.length} bytes, more than ${maxResultBytes}`)
  // The rubric stands in a header, so that whoever only passes the bytes on need not read them.
  return { original, out: { topic: scores, key: scored.callId, value: Buffer.from(scored.value), headers: { rubric: scored.rubric, version } }, deadCode: undefined }
}

/** The outcome as a letter that any topic takes: the original stays where its source says. */
export function withoutBytes(outcome: Outcome, deadLetters: string, version: string): Outcome {
  const code = outcome.deadCode ?? 'result_too_large'
  const { path = '', message = 'the topic of scores did not take the result' }: Partial<Record<string, string>> = outcome.out.headers ?? {}
  const letter = deadLetter(deadLetters, outcome.original, { code, path, message }, version)
  return { original: outcome.original, deadCode: code, out: { ...letter, value: null, headers: { ...letter.headers, bytes: 'at-source' } } }
}

/** Messages in groups that are committed together. */
export function chunksOf(messages: readonly Message[], calls: number): Message[][] {
  return Array.from({ length: Math.ceil(messages.length / calls) }, (_, i) => messages.slice(i * calls, (i + 1) * calls))
}

