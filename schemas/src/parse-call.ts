import type { z } from 'zod'
import { Call } from './call.js'
import { chineseOf, type FaultText } from './wording-of.js'

/** Why a record is no valid call: a value, never thrown, so that one bad record stops nothing. */
export interface Rejected extends FaultText {
  code: 'invalid_utf8' | 'invalid_json' | 'invalid_call' | 'too_large' | 'duplicate_call_id' | 'unknown_standard'
  /** Dotted path of the field, empty for the record as a whole. */
  path: string
}

export type ParsedCall = { ok: true; call: Call } | { ok: false; rejected: Rejected[] }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes of one JSON object → a call. Every fault is reported with its field, all at once. */
export function parseCall(bytes: Uint8Array): ParsedCall {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return reject('invalid_utf8', '', `not UTF-8 at byte ${firstInvalidByte(bytes)}`, `第 ${firstInvalidByte(bytes)} 字节不是 UTF-8`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return reject('invalid_json', '', (error as SyntaxError).message, `不是完整的 JSON：${(error as SyntaxError).message}`)
  }
  const parsed = Call.safeParse(json, { reportInput: true })
  if (parsed.success) return { ok: true, call: parsed.data }
  return { ok: false, rejected: parsed.error.issues.map(toRejected) }
}

function reject(code: Rejected['code'], path: string, message: string, zh: string): ParsedCall {
  return { ok: false, rejected: [{ code, path, message, zh }] }
}

function toRejected(issue: z.core.$ZodIssue): Rejected {
  return { code: 'invalid_call', path: issue.path.map(String).join('.'), message: issue.message, zh: chineseOf(issue) }
}

/** Offset of the first byte that cannot be decoded, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isPrefixOfUtf8(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function isPrefixOfUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
