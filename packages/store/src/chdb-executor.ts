import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type * as Chdb from 'chdb'
import type { ChdbResult, Session } from 'chdb'
import { type Executor, literal, type Parameters, type Settings } from './executor.js'
import { batchError, engineError, StoreError } from './store-error.js'

/** ClickHouse inside this process; one process at a time owns the folder. `settings` hold for all that the executor runs. */
export async function openChdb(folder: string, settings: Settings = {}): Promise<Executor> {
  makeWritable(folder)
  // Loaded when it is needed: half a gigabyte that workers beside a server do without.
  const chdb = await import('chdb')
  const session = openSession(chdb, folder)
  const run = async (sql: string, format: string, parameters?: Parameters): Promise<ChdbResult> => {
    try {
      return await (parameters === undefined ? session.queryAsync(sql, { format }) : session.queryBindAsync(sql, parameters, { format }))
    } catch (error) {
      throw classify(error)
    }
  }
  const incoming = openIncoming(folder)
  const executor: Executor = {
    query: async (sql, format, parameters) => (await run(sql, format, parameters)).text(),
    bytes: async (sql, format, parameters) => (await run(sql, format, parameters)).bytes(),
    async *stream(sql, format, parameters = {}) {
      for (const [name, value] of Object.entries(parameters)) await executor.command(`SET param_${name} = ${literal(escaped(String(value)))}`)
      try {
        for await (const chunk of session.queryStream(sql, { format })) yield chunk.text()
      } catch (error) {
        throw classify(error)
      }
    },
    async insert(table, rows, format, token) {
      const file = path.join(incoming, `${THIS_PROCESS}-${inserts++}`)
      try {
        put(file, rows)
        await run(`INSERT INTO ${table} SELECT * FROM file({file:String}, ${format})`, 'Null', { file })
      } catch (error) {
        throw batchError(classify(error), table, token)
      } finally {
        rmSync(file, { force: true })
      }
    },
    async command(sql, parameters) {
      await run(sql, 'Null', parameters)
    },
    async ping() {
      await run('SELECT 1', 'Null')
    },
    async close() {
      session.close()
      await chdb.drainPending()
    },
  }
  for (const [name, value] of Object.entries(settings)) await executor.command(`SET ${name} = ${typeof value === 'number' ? value : literal(value)}`)
  return executor
}

const THIS_PROCESS = randomUUID()
/** Inserts of this process so far. */
let inserts = 0

/**
 * Where rows lie while the engine reads them: it takes them from a file four times as fast as from a statement. What a
 * process left that was killed goes.
 */
function openIncoming(folder: string): string {
  const incoming = path.resolve(folder, 'incoming')
  mkdirSync(incoming, { recursive: true })
  for (const name of readdirSync(incoming)) if (!name.startsWith(THIS_PROCESS)) rmSync(path.join(incoming, name))
  return incoming
}

function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { message } = error as Error
    throw new StoreError('unavailable', { message: `${folder} is no folder that this process may write to: ${message}`, zh: `${folder} 不是可以写入的文件夹：${message}` }, false, { cause: error })
  }
}

/** What a disk refuses it may take later; it says nothing of the rows. */
function put(file: string, rows: Uint8Array): void {
  try {
    writeFileSync(file, rows)
  } catch (error) {
    const { message } = error as Error
    throw new StoreError('unavailable', { message, zh: `写不下：${message}` }, true, { cause: error })
  }
}

function openSession(chdb: typeof Chdb, folder: string): Session {
  try {
    return new chdb.Session(folder)
  } catch (error) {
    throw new StoreError('locked', { message: `cannot open the store in ${folder}: another process may be using it`, zh: `打不开 ${folder} 中的库：可能有别的进程正在使用` }, true, { cause: error })
  }
}

/** Values of parameters are read as in TSV. */
function escaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }
  return text.replace(/[\t\n\r\\]/gu, (letter) => letters[letter])
}

/** Some calls of the library keep the engine's number only at the head of the message. */
function classify(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const { clickhouseCode, message: text = String(error) } = error as { clickhouseCode?: number; message?: string }
  // The file that rows came in is nobody's business.
  const message = text.replace(/\s*: \(in file\/uri [^)]*\)/u, '')
  const head = /^Code: (\d+)\. /u.exec(message)
  return engineError(clickhouseCode ?? (head === null ? undefined : Number(head[1])), message, error)
}
