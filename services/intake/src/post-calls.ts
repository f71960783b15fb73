import type { IncomingMessage } from 'node:http'
import { type Route, sendJson } from '@yuzhi/service'
import { StoreError } from '@yuzhi/store'
import { type Line, linesOf, type Rejection, type Taken } from './take-calls.js'

export interface PostOptions {
  maxBodyBytes: number
  maxPendingBytes: number
  take: (lines: readonly Line[], arrival: { source: string; at: number }) => Promise<Taken>
  onRejected: (code: Rejection['code']) => void
  now: () => number
}

const RETRY_AFTER_SECONDS = '1'

/**
 * POST /v1/calls: one call as JSON, or one a line (application/x-ndjson). Answered when what was
 * accepted is durable: 200, or 422 where nothing was. After 413, 429 and 503 all of it can be sent again: what
 * may have been stored of it counts once.
 */
export function postCalls({ maxBodyBytes, maxPendingBytes, take, onRejected, now }: PostOptions): Route {
  let pending = 0
  return async (request, response, path) => {
    if (path !== '/v1/calls') return false
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST')
      sendJson(response, 405, { error: 'send calls with POST' })
      return true
    }
    const announced = Number(request.headers['content-length'] ?? 0)
    const tooLarge = (): true => {
      // What still comes is not read.
      response.setHeader('Connection', 'close')
      sendJson(response, 413, { error: `the body is larger than ${maxBodyBytes} bytes: send fewer calls at a time` })
      return true
    }
    if (announced > maxBodyBytes) return tooLarge()
    if (pending > 0 && pending + announced > maxPendingBytes) {
      response.setHeader('Retry-After', RETRY_AFTER_SECONDS)
      sendJson(response, 429, { error: 'too much waits to be stored: send it again in a second' })
      return true
    }
    let counted = announced
    pending += counted
    try {
      const at = now()
      const body = await readBody(request, maxBodyBytes, (bytes) => {
        const more = Math.max(0, bytes - counted)
        counted += more
        pending += more
      })
      if (body === undefined) return tooLarge()
      const { accepted, rejected } = await take(isLines(request, body) ? linesOf(body) : [{ number: 1, value: body }], { source: 'http', at })
      for (const { code } of rejected) onRejected(code)
      sendJson(response, accepted.length === 0 ? 422 : 200, { accepted: accepted.length, calls: accepted, rejected })
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      response.setHeader('Retry-After', RETRY_AFTER_SECONDS)
      sendJson(response, 503, { error: `not stored, send it again: ${error.message}` })
    } finally {
      pending -= counted
    }
    return true
  }
}

/** Undefined: it is too large. */
async function readBody(request: IncomingMessage, limit: number, onBytes: (bytes: number) => void): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    onBytes(length)
    if (length > limit) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Told by the type; where the type says nothing, by a first line that is whole in itself. */
function isLines({ headers: { 'content-type': type = '' } }: IncomingMessage, body: Buffer): boolean {
  if (/ndjson|jsonl|json-seq|x-jsonlines/u.test(type)) return true
  const end = body.indexOf('\n')
  if (end < 0 || body.subarray(end).toString('latin1').trim() === '') return false
  try {
    JSON.parse(body.subarray(0, end).toString('utf8'))
    return true
  } catch {
    return false
  }
}
