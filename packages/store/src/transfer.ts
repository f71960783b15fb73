import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Executor, queryRows } from './executor.js'
import { StoreError } from './store-error.js'

/** What goes out and comes back in, whole: a folder of Parquet files for each table. */
const SHARDED = ['transcripts', 'score_history', 'scored_calls', 'reviews'] as const
const SMALL = ['rubrics', 'publications', 'forgotten'] as const

export interface Transferred {
  table: string
  rows: number
  files: number
}

/**
 * Writes calls, scores, findings, reviews and rubrics as Parquet: `folder/table/day.parquet`. Files are whole or not
 * there; what an earlier export left in the folder and the store no longer holds goes, so that nothing comes back on import.
 */
export async function exportStore(executor: Executor, database: string, folder: string): Promise<Transferred[]> {
  const done: Transferred[] = []
  for (const table of SHARDED) {
    const days = await queryRows<{ day: string; n: number }>(executor, `SELECT toString(day) AS day, toUInt32(count()) AS n FROM ${database}.${table} FINAL GROUP BY day ORDER BY day`)
    for (const { day } of days) write(folder, table, day, await executor.bytes(`SELECT * FROM ${database}.${table} FINAL WHERE day = {day:Date}`, 'Parquet', { day }))
    keepOnly(folder, table, days.map(({ day }) => day))
    done.push({ table, rows: days.reduce((sum, { n }) => sum + n, 0), files: days.length })
  }
  for (const table of SMALL) {
    const [{ n }] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.${table}`)
    if (n > 0) write(folder, table, 'all', await executor.bytes(`SELECT * FROM ${database}.${table}`, 'Parquet'))
    keepOnly(folder, table, n > 0 ? ['all'] : [])
    done.push({ table, rows: n, files: n > 0 ? 1 : 0 })
  }
  return done
}

function keepOnly(folder: string, table: string, names: readonly string[]): void {
  const of = path.join(folder, table)
  const kept = new Set(names.map((name) => `${name}.parquet`))
  for (const name of existsSync(of) ? readdirSync(of) : []) if (/\.parquet(\.part)?$/u.test(name) && !kept.has(name)) rmSync(path.join(of, name))
}

function write(folder: string, table: string, name: string, bytes: Uint8Array): void {
  mkdirSync(path.join(folder, table), { recursive: true })
  const file = path.join(folder, table, `${name}.parquet`)
  writeFileSync(`${file}.part`, bytes)
  renameSync(`${file}.part`, file)
}

/** The tables that an export holds; anything else is no export. */
export function exportedTables(folder: string): string[] {
  const noExport = (why: string, zh: string): StoreError => new StoreError('bad_rows', { message: `${folder} is no export of Yuzhi: ${why}`, zh: `${folder} 不是语质的导出：${zh}` }, false)
  if (!existsSync(folder)) throw noExport('there is no such folder', '没有这个文件夹')
  const present = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  if (present.length === 0) throw noExport('no folders in it', '里面没有文件夹')
  const stranger = present.find((name) => ![...SHARDED, ...SMALL].includes(name as (typeof SMALL)[number]))
  if (stranger !== undefined) throw noExport(`unknown folder ${stranger}`, `不认识文件夹 ${stranger}`)
  return present
}

/** Reads what `exportStore` wrote. Rows that are there already stay as they are; publications come only into an empty store. */
export async function importStore(executor: Executor, database: string, folder: string): Promise<Transferred[]> {
  const present = exportedTables(folder)
  const [{ n: publications }] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.publications`)
  const done: Transferred[] = []
  for (const table of [...SMALL, ...SHARDED].filter((name) => present.includes(name))) {
    if (table === 'publications' && publications > 0) throw new StoreError('refused', { message: 'the store has publications of its own; import into an empty one', zh: '库里已有自己的生效记录；请导入到空库' }, false)
    const files = readdirSync(path.join(folder, table)).filter((name) => name.endsWith('.parquet')).sort()
    for (const name of files) await executor.insert(`${database}.${table}`, readFileSync(path.join(folder, table, name)), 'Parquet', path.join(table, name))
    const [{ n }] = await queryRows<{ n: number }>(executor, `SELECT toUInt32(count()) AS n FROM ${database}.${table}`)
    done.push({ table, rows: n, files: files.length })
  }
  return done
}
