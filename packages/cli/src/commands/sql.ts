import type { Context } from '../context.js'
import { withReader } from '../with-store.js'

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
    if (text === '') context.log(context.say('no_rows'))
    await context.print(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  })
  return 0
}
