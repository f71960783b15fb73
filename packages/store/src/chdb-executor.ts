import { mkdirSync } from 'node:fs'
import { drainPending, Session } from 'chdb'
import type { Executor, Parameters } from './executor.js'
import { StoreError, type StoreErrorCode } from './store-error.js'

export interface ChdbOptions {
  /** Settings of the session, set in this order before anything else. */
  settings?: readonly (readonly [string, string | number])[]
}

/** ClickHouse inside this process; one process at a time owns the folder. */
export async function openChdb(folder: string, { settings = [] }: ChdbOptions = {}): Promise<Executor> {
  mkdirSync(folder, { recursive: true })
  const session = openSession(folder)
  const run = async (sql: string, format: string, parameters?: Parameters): Promise<string> => {
    try {
      const result = parameters === undefined ? await session.queryAsync(sql, { format }) : await session.queryBindAsync(sql, parameters, { format })
      return result.text()
    } catch (error) {
      throw classify(error)
    }
  }
  const executor: Executor = {
    query: run,
    async *stream(sql, format) {
      try {
        for await (const chunk of session.queryStream(sql, { format })) yield chunk.text()
      } catch (error) {
        throw classify(error)
      }
    },
    async insert(table, rows, format, token) {
      try {
        await session.insert({ table, values: rows, format })
      } catch (error) {
        const { code, message, canRetry } = classify(error)
        throw new StoreError(code, `batch ${token} into ${table}: ${message}`, canRetry, { cause: error })
      }
    },
    async command(sql) {
      await run(sql, 'Null')
    },
    async ping() {
      await run('SELECT 1', 'Null')
    },
    async close() {
      session.close()
      await drainPending()
    },
  }
  for (const [name, value] of settings) await executor.command(`SET ${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
  return executor
}

function openSession(folder: string): Session {
  try {
    return new Session(folder)
  } catch (error) {
    throw new StoreError('locked', `cannot open the store in ${folder}: another process may be using it`, true, { cause: error })
  }
}

/** ClickHouse error numbers that callers tell apart. */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  46: 'unknown_name', 47: 'unknown_name', 60: 'unknown_name', 81: 'unknown_name',
  62: 'syntax',
  158: 'limit', 159: 'limit', 241: 'limit', 396: 'limit', 307: 'limit',
  164: 'refused', 497: 'refused',
}
const RETRIABLE = new Set([159, 202, 209, 210, 241, 242, 319, 999])

function classify(error: unknown): StoreError {
  const { clickhouseCode, message } = error as { clickhouseCode?: number; message?: string }
  const code = clickhouseCode === undefined ? 'failed' : (CODES[clickhouseCode] ?? 'failed')
  const plain = (message ?? String(error)).replace(/^Code: \d+\. DB::Exception: /u, '')
  return new StoreError(code, plain, clickhouseCode !== undefined && RETRIABLE.has(clickhouseCode), { cause: error })
}
