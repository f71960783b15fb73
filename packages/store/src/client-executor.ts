import { Readable } from 'node:stream'
import { ClickHouseError, ClickHouseLogLevel, createClient, parseError, type ResponseHeaders } from '@clickhouse/client'
import type { Executor, Settings } from './executor.js'
import { batchError, engineError, StoreError } from './store-error.js'

/** How to reach a server; secrets come from the environment or a file, never from here. */
export interface ServerOptions {
  url: string
  user?: string | undefined
  password?: string | undefined
  database?: string | undefined
  /** Of one request, in milliseconds. */
  timeoutMs?: number | undefined
  settings?: Settings | undefined
  /** Certificate authority of a server whose own is none that the platform trusts, PEM. */
  ca?: Buffer | undefined
}

/** A minute of work on the server and some for the way. */
const DEFAULT_TIMEOUT_MS = 70_000
const CONNECTIONS = 10

/** ClickHouse on a server or in a cluster, over HTTP. */
export function openClient({ url, user, password, database, timeoutMs = DEFAULT_TIMEOUT_MS, settings = {}, ca }: ServerOptions): Executor {
  const client = createClient({
    url,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(ca === undefined ? {} : { tls: { ca_cert: ca } }),
    request_timeout: timeoutMs,
    max_open_connections: CONNECTIONS,
    // Failures are thrown and told by whoever knows what to do about them.
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: true, response: true },
    // An insert into a Distributed table is acknowledged when its shards have it.
    clickhouse_settings: { distributed_foreground_insert: 1, ...settings },
  })
  const read = async (sql: string, format: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<Readable> => {
    try {
      const { stream, response_headers: headers } = await client.exec({ query: `${sql}\nFORMAT ${format}`, query_params: { ...parameters } })
      return watch(stream, headers)
    } catch (error) {
      throw classify(error)
    }
  }
  const executor: Executor = {
    query: async (sql, format, parameters) => Buffer.from(await executor.bytes(sql, format, parameters)).toString('utf8'),
    async bytes(sql, format, parameters) {
      const chunks: Buffer[] = []
      for await (const chunk of await read(sql, format, parameters)) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    async *stream(sql, format, parameters) {
      const decoder = new TextDecoder()
      for await (const chunk of await read(sql, format, parameters)) yield decoder.decode(chunk as Buffer, { stream: true })
    },
    async insert(table, rows, format, token) {
      try {
        const { stream } = await client.exec({ query: `INSERT INTO ${table} FORMAT ${format}`, values: Readable.from([rows]) })
        stream.resume()
      } catch (error) {
        throw batchError(classify(error), table, token)
      }
    },
    async command(sql, parameters = {}) {
      try {
        await client.command({ query: sql, query_params: { ...parameters } })
      } catch (error) {
        throw classify(error)
      }
    },
    async ping() {
      const answer = await client.ping()
      if (!answer.success) throw classify(answer.error)
    },
    async close() {
      await client.close()
    },
  }
  return executor
}

/** A failure after the first bytes stands in the stream itself, behind this mark. */
const EXCEPTION_MARK = '__exception__'

/** Turns a failure in mid-stream, or a connection that ends early, into a StoreError. */
async function* watched(stream: Readable, tag: string): AsyncGenerator<Buffer> {
  const mark = Buffer.from(`${EXCEPTION_MARK}\r\n${tag}`)
  let held: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of stream) {
      const all: Buffer = Buffer.concat([held, chunk as Buffer])
      const found = all.indexOf(mark)
      if (found >= 0) {
        const rest: Buffer[] = [all.subarray(found + mark.length)]
        for await (const more of stream) rest.push(more as Buffer)
        throw classify(parseError(Buffer.concat(rest).toString('utf8')))
      }
      const keep = Math.min(all.length, mark.length)
      if (all.length > keep) yield all.subarray(0, all.length - keep)
      held = all.subarray(all.length - keep)
    }
  } catch (error) {
    throw classify(error)
  }
  if (held.length > 0) yield held
}

function watch(stream: Readable, headers: ResponseHeaders): Readable {
  const tag = headers['x-clickhouse-exception-tag']
  return Readable.from(watched(stream, typeof tag === 'string' ? tag : ''), { objectMode: true })
}

function classify(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  if (error instanceof ClickHouseError) return engineError(Number(error.code), error.message, error)
  const { message = String(error) } = error as { message?: string }
  return new StoreError('unavailable', { message: `the server did not answer: ${message}`, zh: `ClickHouse 服务器没有应答：${message}` }, true, { cause: error })
}
