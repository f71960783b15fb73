export type Parameters = Readonly<Record<string, string | number | boolean>>

export type InsertFormat = 'JSONEachRow' | 'Parquet'

/**
 * All that the product asks of ClickHouse, in process or on a server. Failures are StoreErrors.
 * `{name:Type}` in the SQL is bound by the engine from `parameters`.
 */
export interface Executor {
  /** The result as text in the given output format. */
  query: (sql: string, format: string, parameters?: Parameters) => Promise<string>
  /** The result as bytes, for formats that are no text. */
  bytes: (sql: string, format: string, parameters?: Parameters) => Promise<Uint8Array>
  /** The result in chunks of text, row by row formats only; a failure in mid-stream throws. */
  stream: (sql: string, format: string, parameters?: Parameters) => AsyncIterable<string>
  /** Returns once the rows are in the table; `token` names the batch in messages. */
  insert: (table: string, rows: Uint8Array, format: InsertFormat, token: string) => Promise<void>
  command: (sql: string, parameters?: Parameters) => Promise<void>
  ping: () => Promise<void>
  close: () => Promise<void>
}

/** A setting of the engine by name. */
export type Settings = Readonly<Record<string, string | number>>

/** A text as a literal of SQL, for statements that take no parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Rows of a query as objects. */
export async function queryRows<Row>(executor: Executor, sql: string, parameters?: Parameters): Promise<Row[]> {
  const text = await executor.query(sql, 'JSONEachRow', parameters)
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]))
}
