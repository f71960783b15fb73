import { destination, type DestinationStream, type Logger, pino } from 'pino'

/** Paths that may hold what customers said, or a secret; none of them is logged anywhere, this is the second lock. */
const SECRET = ['text', 'value', 'turns', 'call', 'transcript', 'password', 'reason', 'evidence']
const REDACTED = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** JSON lines on standard error; events are static snake_case names, data goes into fields. */
export function openLog(service: string, level: string, to: DestinationStream = destination(2)): Logger {
  return pino({ name: service, level, base: { service }, redact: { paths: REDACTED, censor: '[redacted]' }, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: errorOf } }, to)
}

export type { Logger }

/** Names and messages of an error and its causes; never what it carries. */
function errorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return { type: error.constructor.name, message: error.message, ...(typeof code === 'string' ? { code } : {}), ...(error.cause === undefined ? {} : { cause: errorOf(error.cause) }) }
}
