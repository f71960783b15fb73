import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { createGzip, gunzip } from 'node:zlib'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Executor, InsertFormat, Settings } from './executor.js'
import { type HttpRequest, readRequest } from './http-request.js'
import { StoreError } from './store-error.js'

export interface EndpointOptions {
  user: string
  password: string
  /** A session of its own for one request; the settings are those of the request that may be set. */
  open: (settings: Settings) => Promise<Executor>
  /** Looks at a statement before it runs and may rewrite it; throws a StoreError that refuses it. */
  check: (sql: string, parameters: Readonly<Record<string, string>>) => Promise<string>
  /** Whether rows may come in. */
  writable: boolean
  /** A request's body may not be larger, in bytes. */
  maxBody?: number
}

const MAX_BODY = 256 * 1024 * 1024
const INSERT = /^\s*INSERT\s+INTO\s+(\S+)\s+FORMAT\s+(\w+)\s*$/iu
const COMMAND = /^\s*(?:CREATE|ALTER|DROP|INSERT|OPTIMIZE|TRUNCATE|SET|USE|RENAME|SYSTEM)\b/iu
/** Statements and formats that the engine can hand out row by row; a header would come with every block. */
const QUERY = /^[\s(]*(?:SELECT|WITH)\b/iu
const STREAMED = /^(?:JSONEachRow|JSONCompactEachRow|TabSeparated|TabSeparatedRaw|TSV|TSVRaw|CSV)$/u

/** How many rows there are is not known before they are sent; the Java driver looks only whether there are any. */
const SOME_ROWS = JSON.stringify({ read_rows: '0', read_bytes: '0', result_rows: '1' })

const unzip = promisify(gunzip)

/**
 * ClickHouse's HTTP interface over an embedded store: queries with parameters, settings, inserts,
 * gzip both ways, and failures as a server reports them, in the header or behind what was sent.
 * https://clickhouse.com/docs/interfaces/http
 */
export function createEndpoint(options: EndpointOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      fail(response, error)
    })
  })
}

async function answer(message: IncomingMessage, response: ServerResponse, options: EndpointOptions): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://localhost')
  if (url.pathname === '/ping' || (message.method === 'GET' && !url.searchParams.has('query'))) {
    response.end('Ok.\n')
    return
  }
  const body = await readBody(message, options.maxBody ?? MAX_BODY)
  const request = readRequest(message, url, body)
  if (request.wantsNativeCompression) throw new StoreError('refused', { message: 'ClickHouse’s own compression is not spoken here: set compress=false (compress=0) in the driver; gzip over HTTP works', zh: '这里不用 ClickHouse 自己的压缩：请在驱动中设 compress=false（compress=0）；HTTP 的 gzip 可用' }, false)
  if (!isUser(request, options)) throw new StoreError('unauthorised', { message: 'Authentication failed: password is incorrect, or there is no user with such name', zh: '用户名或密码不对' }, false)
  response.setHeader('X-ClickHouse-Query-Id', request.queryId ?? randomUUID())
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
  const executor = await options.open(request.settings)
  try {
    const insert = INSERT.exec(request.sql)
    if (insert !== null && options.writable) {
      await executor.insert(insert[1], request.data, insert[2] as InsertFormat, request.queryId ?? 'over HTTP')
      response.setHeader('X-ClickHouse-Summary', JSON.stringify({ written_rows: '0', written_bytes: String(request.data.length) }))
      response.end()
      return
    }
    const sql = await options.check(request.sql, request.parameters)
    await (COMMAND.test(sql) ? runCommand(executor, sql, request, response) : send(executor, sql, request, response))
  } finally {
    await executor.close()
  }
}

async function runCommand(executor: Executor, sql: string, { parameters }: HttpRequest, response: ServerResponse): Promise<void> {
  await executor.command(sql, Object.keys(parameters).length > 0 ? parameters : undefined)
  response.end()
}

async function send(executor: Executor, sql: string, { format, parameters, acceptsGzip }: HttpRequest, response: ServerResponse): Promise<void> {
  const tag = randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Summary', SOME_ROWS)
  response.setHeader('X-ClickHouse-Format', format)
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  response.setHeader('Content-Type', format.startsWith('JSON') ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8')
  const chunks = STREAMED.test(format) && QUERY.test(sql) ? executor.stream(sql, format, parameters) : once(executor.bytes(sql, format, parameters))
  const iterator = chunks[Symbol.asyncIterator]()
  // Until the first bytes are there a failure can still go into the header.
  const first = await iterator.next()
  const rest = async function* (): AsyncGenerator<Uint8Array | string> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value
    } catch (error) {
      yield exceptionBlock(error, tag)
    }
  }
  if (acceptsGzip) {
    response.setHeader('Content-Encoding', 'gzip')
    await pipeline(Readable.from(rest()), createGzip(), response)
  } else await pipeline(Readable.from(rest()), response)
}

async function* once(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  const whole = await bytes
  if (whole.length > 0) yield whole
}

/** As a server writes it behind what it has sent already (since 25.11). */
function exceptionBlock(error: unknown, tag: string): string {
  const text = `${messageOf(error)}\n`
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`
}

function isUser({ user, password }: HttpRequest, expected: EndpointOptions): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(`${user}\n${password}`), digest(`${expected.user}\n${expected.password}`))
}

async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message) {
    length += (chunk as Buffer).length
    if (length > limit) throw new StoreError('limit', { message: `the request is larger than ${limit} bytes`, zh: `请求超过 ${limit} 字节` }, false)
    chunks.push(chunk as Buffer)
  }
  const body = Buffer.concat(chunks)
  return message.headers['content-encoding'] === 'gzip' ? unzip(body, { maxOutputLength: limit }) : body
}

/** ClickHouse's numbers for what the store tells apart; the engine's own number goes first. */
const NUMBERS: Partial<Record<StoreError['code'], number>> = { syntax: 62, refused: 497, limit: 396, unknown_name: 47, unauthorised: 516, bad_rows: 117, unavailable: 210 }
const GENERAL = 1000

function numberOf(error: unknown): number {
  return error instanceof StoreError ? (error.engineNumber ?? NUMBERS[error.code] ?? GENERAL) : GENERAL
}

function messageOf(error: unknown): string {
  const { message } = error as Error
  const type = error instanceof StoreError ? error.code.toUpperCase() : 'STD_EXCEPTION'
  return `Code: ${numberOf(error)}. DB::Exception: ${/\([A-Z0-9_]{3,}\)/u.test(message) ? message : `${message}. (${type})`}`
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const number = numberOf(error)
  response.statusCode = number === 516 ? 401 : error instanceof StoreError ? 400 : 500
  if (number === 516) response.setHeader('WWW-Authenticate', 'Basic realm="Yuzhi"')
  response.removeHeader('Content-Encoding')
  response.setHeader('X-ClickHouse-Exception-Code', String(number))
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.end(`${messageOf(error)}\n`)
}
