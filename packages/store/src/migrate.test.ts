import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { scoredEvent } from '@yuzhi/schemas'
import { openChdb } from './chdb-executor.js'
import { openClient } from './client-executor.js'
import { type Executor, queryRows } from './executor.js'
import { migrate, type Migration, readMigrations } from './migrate.js'
import { putInForce, registerRubric } from './publications.js'
import { renderMigration } from './render-migration.js'
import { applyRetention, Retention } from './retention.js'
import { newFolder, RUBRIC, scored, SCORED_AT } from './test-calls.js'
import { startServer } from './test-server.js'
import { writeEvents } from './write-events.js'

const TARGET = { database: 'yuzhi' }

async function schemaOf(executor: Executor): Promise<string> {
  return executor.query("SELECT name, create_table_query FROM system.tables WHERE database = 'yuzhi' ORDER BY name", 'TSV')
}

/** Fails at the `n`th statement, before or after the engine has run it. */
function killedAt(executor: Executor, n: number, isAfter: boolean): Executor {
  let statements = 0
  return {
    ...executor,
    async command(sql) {
      if (++statements === n && !isAfter) throw new Error('killed')
      await executor.command(sql)
      if (statements === n && isAfter) throw new Error('killed')
    },
  }
}

describe('migrate', () => {
  it('comments every table and every column', async () => {
    const executor = await openChdb(newFolder())
    await migrate(executor, TARGET)
    expect(await queryRows(executor, "SELECT name FROM system.tables WHERE database = 'yuzhi' AND comment = ''")).toEqual([])
    expect(await queryRows(executor, "SELECT table, name FROM system.columns WHERE database = 'yuzhi' AND comment = '' AND table IN (SELECT name FROM system.tables WHERE database = 'yuzhi' AND engine != 'MaterializedView')")).toEqual([])
    await executor.close()
  })

  it('lets no table acknowledge rows that are not on the disk', async () => {
    const executor = await openChdb(newFolder())
    await migrate(executor, TARGET)
    const careless = await queryRows(executor, "SELECT name FROM system.tables WHERE database = 'yuzhi' AND engine LIKE '%MergeTree' AND create_table_query NOT LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%'")
    // The ledger is asked again at the next start.
    expect(careless).toEqual([{ name: 'schema_migrations' }])
    await executor.close()
  })

  it('does nothing the second time', async () => {
    const executor = await openChdb(newFolder())
    expect((await migrate(executor, TARGET)).length).toBe(readMigrations().length)
    const schema = await schemaOf(executor)
    expect(await migrate(executor, TARGET)).toEqual([])
    expect(await schemaOf(executor)).toBe(schema)
    await executor.close()
  })

  it('goes on after a kill before or after one statement in five', async () => {
    const whole = await openChdb(newFolder())
    await migrate(whole, TARGET)
    const schema = await schemaOf(whole)
    await whole.close()
    const executor = await openChdb(newFolder())
    const statements = 2 + readMigrations().flatMap(({ source }) => renderMigration(source, TARGET)).length
    for (let n = 1; n <= statements; n += 5) {
      await executor.command('DROP DATABASE IF EXISTS yuzhi')
      await expect(migrate(killedAt(executor, n, n % 2 === 0), TARGET)).rejects.toThrow('killed')
      await migrate(executor, TARGET)
      expect((await schemaOf(executor)).replace(/UUID '[^']*'/gu, '')).toBe(schema)
    }
    await executor.close()
  })

  it('is safe when several start at once', async () => {
    const server = await startServer(newFolder())
    const executors = Array.from({ length: 4 }, () => openClient(server.options))
    await Promise.all(executors.map((executor) => migrate(executor, TARGET)))
    expect(await migrate(executors[0], TARGET)).toEqual([])
    const [ledger] = await queryRows<{ n: number; distinct: number }>(executors[0], 'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(number, statement)) AS distinct FROM yuzhi.schema_migrations FINAL')
    expect(ledger.n).toBe(ledger.distinct)
    for (const executor of executors) await executor.close()
    await server.close()
  })

  it('refuses a database that is newer, and a migration that was changed after it had run', async () => {
    const executor = await openChdb(newFolder())
    const own = readMigrations()
    const later: Migration = { number: own.length + 1, name: '0099-later.sql', checksum: 'c'.repeat(64), source: 'CREATE TABLE IF NOT EXISTS {{later}} (x UInt8) ENGINE = {{everywhere MergeTree}} ORDER BY x' }
    await migrate(executor, TARGET, [...own, later])
    await expect(migrate(executor, TARGET, own)).rejects.toMatchObject({ code: 'newer_schema', message: expect.stringContaining('0099-later.sql') as string })
    const changed = own.map((migration, i) => (i === 0 ? { ...migration, checksum: 'd'.repeat(64) } : migration))
    await expect(migrate(executor, TARGET, [...changed, later])).rejects.toMatchObject({ code: 'changed_migration', message: expect.stringContaining(own[0].name) as string })
    await executor.close()
  })

  it('finds in results of an earlier version how sure the machine was', async () => {
    const executor = await openChdb(newFolder())
    await migrate(executor, TARGET, readMigrations().slice(0, 3))
    const { call, score } = scored('early')
    const event = scoredEvent(call, score, { source: 'calls.transcripts/0/7', position: 7, scoredAt: SCORED_AT })
    const [first] = event.clauses
    await registerRubric(executor, TARGET.database, RUBRIC, SCORED_AT)
    await putInForce(executor, TARGET.database, RUBRIC.hash, SCORED_AT)
    await writeEvents(executor, TARGET.database, [Buffer.from(JSON.stringify({ ...event, rest: { clauses: { [first.id]: { confidence: 0.75 } } } }))])
    await migrate(executor, TARGET)
    const found = await queryRows<{ clause_id: string; confidence: number | null }>(executor, 'SELECT clause_id, confidence FROM yuzhi.findings')
    expect(Object.fromEntries(found.map(({ clause_id: id, confidence }) => [id, confidence]))).toMatchObject({ 'c.met': 0.75, 'c.none': null })
    await executor.close()
  })

  it('names a file that is out of sequence', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-migrations-'))
    writeFileSync(path.join(folder, '0001-a.sql'), '')
    writeFileSync(path.join(folder, '0003-b.sql'), '')
    expect(() => readMigrations(folder)).toThrow(/0003-b\.sql: expected a file that begins with 0002-/u)
  })
})

describe('the cluster form', () => {
  const statements = readMigrations().flatMap(({ source }) => renderMigration(source, { database: 'yuzhi', cluster: 'main' }))

  it('is SQL that ClickHouse parses, every statement of it on the whole cluster', async () => {
    const executor = await openChdb(newFolder())
    for (const sql of statements) {
      const formatted = await executor.query('SELECT formatQuery({sql:String})', 'TSVRaw', { sql })
      expect(formatted).toContain('ON CLUSTER main')
    }
    await executor.close()
  })

  it('replicates every table, and shards those of calls by the call', () => {
    const tables = statements.filter((sql) => sql.startsWith('CREATE TABLE'))
    expect(tables.filter((sql) => /\bMergeTree|\bReplacingMergeTree/u.test(sql.replaceAll(/Replicated\w+/gu, '')))).toEqual([])
    for (const name of ['scored_calls', 'score_history', 'transcripts', 'reviews']) {
      expect(tables.some((sql) => sql.includes(`yuzhi.${name}_local ON CLUSTER 'main'`) && sql.includes(`'/clickhouse/tables/{shard}/yuzhi/${name}_local'`))).toBe(true)
      expect(tables).toContain(`CREATE TABLE IF NOT EXISTS yuzhi.${name} ON CLUSTER 'main' AS yuzhi.${name}_local ENGINE = Distributed('main', 'yuzhi', '${name}_local', cityHash64(call_id))`)
    }
    for (const name of ['rubrics', 'publications', 'forgotten']) expect(tables.some((sql) => sql.includes(`'/clickhouse/tables/all/yuzhi/${name}'`))).toBe(true)
  })
})

describe('applyRetention', () => {
  it('gives each table its days, says what it changed, and takes them away again', async () => {
    const executor = await openChdb(newFolder())
    await migrate(executor, TARGET)
    const days = Retention.parse({ transcripts: 90, reviews: 400 })
    expect(await applyRetention(executor, TARGET, days)).toEqual(['transcripts', 'reviews'])
    expect(await applyRetention(executor, TARGET, days)).toEqual([])
    expect(await executor.query("SELECT create_table_query FROM system.tables WHERE name = 'transcripts'", 'TSVRaw')).toContain('TTL day + toIntervalDay(90)')
    expect(await applyRetention(executor, TARGET, Retention.parse({}))).toEqual(['transcripts', 'reviews'])
    await executor.close()
  })
})
