import type { IncomingMessage } from 'node:http'
import type { Settings } from './executor.js'

/** A request as ClickHouse's HTTP interface reads it. */
export interface HttpRequest {
  user: string
  password: string
  /** Without its FORMAT clause. */
  sql: string
  format: string
  parameters: Record<string, string>
  settings: Settings
  /** Rows of an insert. */
  data: Buffer
  acceptsGzip: boolean
  /** Blocks of LZ4 with checksums, as ClickHouse's own protocol has them. */
  wantsNativeCompression: boolean
  queryId: string | undefined
}

/** Settings of a request that change how results are written and nothing else. */
const HARMLESS_SETTING = /^(?:output_format_|format_|date_time_output_format$|bool_)/u
/** A FORMAT that ends a query; inserts keep theirs. */
const FORMAT = /\s+FORMAT\s+(\w+)\s*;?\s*$/iu

export function readRequest({ headers }: IncomingMessage, { searchParams }: URL, body: Buffer): HttpRequest {
  const asked = searchParams.get('query') ?? ''
  const text = asked === '' ? body.toString('utf8') : asked
  const isInsert = /^\s*INSERT\b/iu.test(text)
  const ending = isInsert ? null : FORMAT.exec(text)
  const parameters: Record<string, string> = {}
  const settings: Record<string, string> = {}
  for (const [name, value] of searchParams) {
    if (name.startsWith('param_')) parameters[name.slice('param_'.length)] = unescape(value)
    else if (HARMLESS_SETTING.test(name)) settings[name] = value
  }
  return {
    ...credentials(headers, searchParams),
    sql: ending === null ? text : text.slice(0, ending.index),
    format: ending?.[1] ?? headerOf(headers, 'x-clickhouse-format') ?? searchParams.get('default_format') ?? 'TabSeparated',
    parameters,
    settings,
    data: asked === '' ? Buffer.alloc(0) : body,
    acceptsGzip: searchParams.get('enable_http_compression') === '1' && /\bgzip\b/u.test(headerOf(headers, 'accept-encoding') ?? ''),
    wantsNativeCompression: searchParams.get('compress') === '1' || searchParams.get('decompress') === '1',
    queryId: searchParams.get('query_id') ?? undefined,
  }
}

function credentials(headers: IncomingMessage['headers'], parameters: URLSearchParams): { user: string; password: string } {
  const basic = /^Basic (.+)$/u.exec(headers.authorization ?? '')
  if (basic !== null) {
    const [user, ...password] = Buffer.from(basic[1], 'base64').toString('utf8').split(':')
    return { user, password: password.join(':') }
  }
  return {
    user: headerOf(headers, 'x-clickhouse-user') ?? parameters.get('user') ?? '',
    password: headerOf(headers, 'x-clickhouse-key') ?? parameters.get('password') ?? '',
  }
}

function headerOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Parameters come escaped as in TSV. */
function unescape(value: string): string {
  const letters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\', "'": "'" }
  return value.replace(/\\([tnr\\'])/gu, (_all, letter: string) => letters[letter])
}
