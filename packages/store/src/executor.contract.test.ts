import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChdb } from './chdb-executor.js'
import { openClient } from './client-executor.js'
import { type Executor, queryRows } from './executor.js'
import { newFolder } from './test-calls.js'
import { serverOfEnvironment, startServer } from './test-server.js'

/** Opens an executor and says how to take down what it stands on. */
interface Opened {
  executor: Executor
  end: () => Promise<void>
}

async function openEmbedded(): Promise<Opened> {
  const executor = await openChdb(newFolder(), { date_time_input_format: 'best_effort' })
  return { executor, end: executor.close }
}

async function openServer(): Promise<Opened> {
  const own = serverOfEnvironment()
  const server = own === undefined ? await startServer(newFolder()) : undefined
  const executor = openClient({ ...(own ?? server?.options ?? { url: '' }) })
  return {
    executor,
    async end() {
      await executor.close()
      await server?.close()
    },
  }
}

describe.each([['chdb, in process', openEmbedded], ['@clickhouse/client, over HTTP', openServer]])('an executor: %s', (_name, open) => {
  let opened: Opened
  let executor: Executor
  const database = `t_${randomUUID().replaceAll('-', '')}`
  let tables = 0
  const newTable = async (columns: string): Promise<string> => {
    const table = `${database}.t${++tables}`
    await executor.command(`CREATE TABLE ${table} (${columns}) ENGINE = MergeTree ORDER BY tuple()`)
    return table
  }

  beforeAll(async () => {
    opened = await open()
    executor = opened.executor
    await executor.command(`CREATE DATABASE ${database}`)
  })

  afterAll(async () => {
    await executor.command(`DROP DATABASE ${database}`)
    await opened.end()
  })

  it('answers a ping', async () => {
    await expect(executor.ping()).resolves.toBeUndefined()
  })

  it.each(["it's; DROP TABLE x --", 'tab\tand\nline', 'back\\slash', '您好😀', ''])('binds %j as a parameter, in one piece and as a stream', async (text) => {
    expect(await queryRows(executor, 'SELECT {text:String} AS text, {n:UInt8} AS n', { text, n: 7 })).toEqual([{ text, n: 7 }])
    let streamed = ''
    for await (const chunk of executor.stream('SELECT {text:String} AS text', 'JSONEachRow', { text })) streamed += chunk
    expect(JSON.parse(streamed)).toEqual({ text })
  })

  it('inserts rows of JSON and gives them back as text and as bytes', async () => {
    const table = await newTable('id UInt32, word String, parts Array(String), at DateTime64(3)')
    await executor.insert(table, Buffer.from('{"id":1,"word":"您好","parts":["a","b"],"at":"2026-03-12 10:00:00.123"}\n{"id":2,"word":"再见","parts":[],"at":"2026-03-12 10:00:00"}'), 'JSONEachRow', 'two rows')
    expect(await executor.query(`SELECT id, word, length(parts) FROM ${table} ORDER BY id`, 'TSV')).toBe('1\t您好\t2\n2\t再见\t0\n')
    expect(Buffer.from(await executor.bytes(`SELECT word FROM ${table} ORDER BY id`, 'TSV')).toString()).toBe('您好\n再见\n')
  })

  it('fills in what a row leaves out', async () => {
    const table = await newTable('id UInt32, twice UInt32 DEFAULT id * 2, day Date MATERIALIZED toDate(id)')
    await executor.insert(table, Buffer.from('{"id":3}'), 'JSONEachRow', 'rows')
    expect(await executor.query(`SELECT id, twice, day FROM ${table}`, 'TSV')).toBe('3\t6\t1970-01-04\n')
  })

  it('carries Parquet out and in again', async () => {
    const table = await newTable('id UInt32, word String')
    await executor.insert(table, Buffer.from('{"id":1,"word":"您好"}'), 'JSONEachRow', 'one')
    const parquet = await executor.bytes(`SELECT * FROM ${table}`, 'Parquet')
    expect(Buffer.from(parquet.subarray(0, 4)).toString()).toBe('PAR1')
    await executor.insert(table, parquet, 'Parquet', 'again')
    expect(await executor.query(`SELECT id, word FROM ${table}`, 'TSV')).toBe('1\t您好\n1\t您好\n')
  })

  it('streams what is too long to hold', async () => {
    let rows = 0
    for await (const chunk of executor.stream('SELECT number FROM numbers(300000)', 'TSV')) rows += chunk.split('\n').length - 1
    expect(rows).toBe(300_000)
  })

  it('fails in mid-stream with the engine’s words, not with fewer rows', async () => {
    const read = async (): Promise<number> => {
      let length = 0
      for await (const chunk of executor.stream("SELECT throwIf(number = 2500000, 'too far') FROM numbers(5000000) SETTINGS max_block_size = 8192", 'JSONEachRow')) length += chunk.length
      return length
    }
    await expect(read()).rejects.toMatchObject({ name: 'Error', message: expect.stringContaining('too far') as string })
  })

  it.each([
    ['SELCT 1', 'syntax', false],
    ['SELECT * FROM nowhere.at_all', 'unknown_name', false],
    ['SELECT missing FROM system.one', 'unknown_name', false],
    ['SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_execution_time = 1', 'limit', true],
    ['SELECT groupArray(number) FROM numbers(100000000) SETTINGS max_memory_usage = 10000000', 'limit', true],
  ])('says of %j that it is %s', async (sql, code, canRetry) => {
    await expect(executor.query(sql, 'TSV')).rejects.toMatchObject({ code, canRetry })
  })

  it('names the batch and the table of rows that it cannot read, and says that they are bad', async () => {
    const table = await newTable('id UInt32')
    await expect(executor.insert(table, Buffer.from('{"id":"no number"}'), 'JSONEachRow', 'batch 17')).rejects.toMatchObject({ code: 'bad_rows', canRetry: false, message: expect.stringContaining(`batch 17 into ${table}`) as string })
    expect(await executor.query(`SELECT count() FROM ${table}`, 'TSV')).toBe('0\n')
  })

  it('runs several queries at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => executor.query(`SELECT ${i}`, 'TSV')))
    expect(answers).toEqual(Array.from({ length: 8 }, (_, i) => `${i}\n`))
  })
})

describe('inserts into the embedded engine', () => {
  it('leave no file behind, nor does a process that was killed among them', async () => {
    const folder = newFolder()
    const incoming = path.join(folder, 'incoming')
    mkdirSync(incoming, { recursive: true })
    writeFileSync(path.join(incoming, 'of-another-process-1'), '{"id":1}')
    const executor = await openChdb(folder)
    expect(readdirSync(incoming)).toEqual([])
    await executor.command('CREATE DATABASE d')
    await executor.command('CREATE TABLE d.t (id UInt32) ENGINE = MergeTree ORDER BY id')
    await executor.insert('d.t', Buffer.from('{"id":1}'), 'JSONEachRow', 'good')
    await expect(executor.insert('d.t', Buffer.from('{"id":"x"}'), 'JSONEachRow', 'bad')).rejects.toMatchObject({ message: expect.not.stringContaining(incoming) as string })
    expect(readdirSync(incoming)).toEqual([])
    await executor.close()
  })
})
