import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Executor, queryRows } from './executor.js'
import { renderMigration, type SchemaTarget } from './render-migration.js'
import { StoreError } from './store-error.js'

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url))

/** A numbered file of statements; `checksum` is of its bytes. */
export interface Migration {
  number: number
  name: string
  checksum: string
  source: string
}

/** The migrations that come with this version, in order. Files are named `0001-what.sql`, without gaps. */
export function readMigrations(folder: string = FOLDER): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql')).sort()
  return names.map((name, index) => {
    const number = Number(/^(\d{4})-/u.exec(name)?.[1])
    if (number !== index + 1) throw new StoreError('failed', { message: `${path.join(folder, name)}: expected a file that begins with ${String(index + 1).padStart(4, '0')}-`, zh: `${path.join(folder, name)}：文件名应以 ${String(index + 1).padStart(4, '0')}- 开头` }, false)
    const source = readFileSync(path.join(folder, name), 'utf8')
    return { number, name, checksum: createHash('sha256').update(source).digest('hex'), source }
  })
}

interface Applied {
  number: number
  name: string
  checksum: string
  statements: number
}

/**
 * Brings the schema up to date and returns the names of the migrations it completed. Every statement
 * can be repeated, and each that ran is recorded, so that a killed run goes on where it was and two
 * runs at once do no harm. Refuses a database that is newer, or whose migrations were other ones.
 */
export async function migrate(executor: Executor, target: SchemaTarget, migrations: readonly Migration[] = readMigrations()): Promise<string[]> {
  const { database, cluster } = target
  await executor.command(`CREATE DATABASE IF NOT EXISTS ${database}${cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`}`)
  for (const statement of renderMigration(LEDGER, target)) await executor.command(statement)
  const applied = new Map((await appliedMigrations(executor, database)).map((row) => [row.number, row]))
  checkHistory(applied, migrations)
  const completed: string[] = []
  for (const migration of migrations) {
    const statements = renderMigration(migration.source, target)
    const done = applied.get(migration.number)?.statements ?? 0
    if (done >= statements.length) continue
    for (const [index, statement] of statements.entries()) {
      if (index < done) continue
      await runBesideOthers(executor, statement)
      await record(executor, database, migration, index)
    }
    completed.push(migration.name)
  }
  return completed
}

/** ClickHouse's numbers for what another migration does to a table in the same moment: it appears, goes, is replaced, is altered. */
const COLLISIONS = new Set([57, 60, 218, 517])
const TRIES = 8
const PAUSE_MS = 100

/** Statements can be repeated; one that met another process at the same table is, until they no longer meet. */
async function runBesideOthers(executor: Executor, statement: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await executor.command(statement)
      return
    } catch (error) {
      if (!(error instanceof StoreError) || !COLLISIONS.has(error.engineNumber ?? 0) || tries === TRIES) throw error
      await setTimeout(PAUSE_MS * tries * (1 + Math.random()))
    }
  }
}

const LEDGER = `CREATE TABLE IF NOT EXISTS {{schema_migrations}}
(
    number UInt16 COMMENT 'Of the migration file',
    statement UInt16 COMMENT 'Of the file, from 0',
    name String COMMENT 'Of the file',
    checksum FixedString(64) COMMENT 'SHA-256 of the file',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When'
)
ENGINE = {{everywhere ReplacingMergeTree}}
ORDER BY (number, statement)
COMMENT 'Which statements of which migrations have run'`

async function appliedMigrations(executor: Executor, database: string): Promise<Applied[]> {
  return queryRows<Applied>(
    executor,
    `SELECT number, any(name) AS name, any(checksum) AS checksum, toUInt32(count()) AS statements FROM ${database}.schema_migrations FINAL GROUP BY number ORDER BY number`,
  )
}

function checkHistory(applied: ReadonlyMap<number, Applied>, migrations: readonly Migration[]): void {
  for (const { number, name, checksum } of applied.values()) {
    const own = migrations.find((migration) => migration.number === number)
    if (own === undefined) throw new StoreError('newer_schema', { message: `the database has migration ${name}, which this version does not know: use a newer version`, zh: `库里有本版本不认识的迁移 ${name}：请用更新的版本` }, false)
    if (own.checksum !== checksum) throw new StoreError('changed_migration', { message: `${own.name} is not the file that was applied to this database (checksum ${own.checksum.slice(0, 12)}, applied ${checksum.slice(0, 12)})`, zh: `${own.name} 和当初用于这个库的文件不同（校验和 ${own.checksum.slice(0, 12)}，当初 ${checksum.slice(0, 12)}）` }, false)
  }
}

async function record(executor: Executor, database: string, { number, name, checksum }: Migration, statement: number): Promise<void> {
  const row = JSON.stringify({ number, statement, name, checksum })
  await executor.insert(`${database}.schema_migrations`, Buffer.from(row), 'JSONEachRow', `${name}, statement ${statement}`)
}
