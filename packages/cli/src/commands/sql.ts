import type { Context } from '../context.js'
import { withReader } from '../with-store.js'

/** Names of output formats and what ClickHouse calls them. */
export const SQL_FORMATS = { table: 'PrettyCompactMonoBlock', json: 'JSON', jsonl: 'JSONEachRow', csv: 'CSVWithNames', excel: 'CSVWithNames' } as const

/** Excel takes a CSV without it for the code page of its Windows, and Chinese for noise. */
const BYTE_ORDER_MARK = '\u{FEFF}'

export interface SqlOptions {
  dir: string
  format: keyof typeof SQL_FORMATS
  /** Values of `{name:Type}` in the statement. */
  param?: Readonly<Record<string, string>>
}

/** Prints the result of a person's SQL over the embedded store. */
export async function sqlCommand(context: Context, sql: string, { dir, format, param }: SqlOptions): Promise<number> {
  await withReader(context, dir, async ({ run }) => {
    const text = await run(sql, SQL_FORMATS[format], param)
    if (text === '') context.log(context.say('no_rows'))
    if (format === 'excel') await context.print(BYTE_ORDER_MARK)
    await context.print(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  })
  return 0
}
