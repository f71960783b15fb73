import { openReader, StoreError } from '@yuzhi/store'
import { type Context, placeOf, UserError } from '../context.js'

/** Names of output formats and what ClickHouse calls them. */
export const SQL_FORMATS = { table: 'PrettyCompactMonoBlock', json: 'JSON', jsonl: 'JSONEachRow', csv: 'CSVWithNames' } as const

export interface SqlOptions {
  dir: string
  format: keyof typeof SQL_FORMATS
}

/** Prints the result of a person's SQL over the embedded store. */
export async function sqlCommand(context: Context, sql: string, { dir, format }: SqlOptions): Promise<number> {
  await withReader(context, dir, async ({ run }) => {
    const text = await run(sql, SQL_FORMATS[format])
    await context.print(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  })
  return 0
}

/** Opens the store for reading and turns what a user can mend into a UserError. */
export async function withReader(context: Context, dir: string, use: (reader: Awaited<ReturnType<typeof openReader>>) => Promise<void>): Promise<void> {
  try {
    const reader = await openReader(placeOf(context, dir))
    try {
      await use(reader)
    } finally {
      await reader.close()
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.code === 'unavailable') throw new UserError(context.say('no_store', { dir }))
    throw new UserError(error.code === 'refused' ? context.say('sql_refused', { reason: error.message }) : error.message)
  }
}
