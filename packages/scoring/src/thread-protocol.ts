import type { RubricRecord } from '@yuzhi/rules'
import type { FaultText } from '@yuzhi/schemas'
import type { Input, NoScore, Scored, ScoreOptions } from './score-input.js'

/** What a scoring thread is started with. */
export interface ThreadData extends ScoreOptions {
  config: string
  cache: string
}

/** Many byte strings in one, so that they change threads without being copied one by one. */
export interface Packed {
  bytes: ArrayBuffer
  lengths: number[]
}

export interface ToThread {
  values: Packed
  inputs: Omit<Input, 'value'>[]
}

export type FromThread =
  | { kind: 'ready'; rubrics: RubricRecord[]; standards: string[] }
  | { kind: 'broken'; text: FaultText }
  | { kind: 'done'; values: Packed; results: (Omit<Extract<Scored, { ok: true }>, 'value'> | NoScore)[] }

export function pack(values: readonly Uint8Array[]): Packed {
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + value.length, 0))
  let at = 0
  for (const value of values) {
    bytes.set(value, at)
    at += value.length
  }
  return { bytes: bytes.buffer, lengths: values.map(({ length }) => length) }
}

export function unpack({ bytes, lengths }: Packed): Buffer[] {
  let at = 0
  return lengths.map((length) => Buffer.from(bytes, (at += length) - length, length))
}
