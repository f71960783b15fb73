export type Parameters = Readonly<Record<string, string | number | boolean>>

/**
 * All that the product asks of ClickHouse, in process or on a server. Failures are StoreErrors.
 * `{name:Type}` in the SQL is bound by the engine from `parameters`.
 */
export interface Executor {
  /** The result as text in the given output format. */
  query: (sql: string, format: string, parameters?: Parameters) => Promise<string>
  /** The result in chunks of text, row by row formats only. */
  stream: (sql: string, format: string) => AsyncIterable<string>
  /** Returns once the rows are in the table; `token` names the batch in messages. */
  insert: (table: string, rows: Uint8Array, format: 'JSONEachRow', token: string) => Promise<void>
  command: (sql: string) => Promise<void>
  ping: () => Promise<void>
  close: () => Promise<void>
}

/** Rows of a query as objects. */
export async function queryRows<Row>(executor: Executor, sql: string, parameters?: Parameters): Promise<Row[]> {
  const text = await executor.query(sql, 'JSONEachRow', parameters)
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]))
}
