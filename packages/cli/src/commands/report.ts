import { writeFileSync } from 'node:fs'
import { readReport, renderHtml, renderMarkdown } from '@yuzhi/report'
import { queryRows, type Reader } from '@yuzhi/store'
import { type Context, UserError } from '../context.js'
import { withReader } from '../with-store.js'

export interface ReportOptions {
  dir: string
  day?: string
  days: number
  standard?: string
  format: 'html' | 'md'
  out?: string
}

/** Writes the report of a day: Markdown to standard output, HTML to a file, unless told otherwise. */
export async function reportCommand(context: Context, { dir, format, out, ...scope }: ReportOptions): Promise<number> {
  const data = await withReader(context, dir, async (reader) => {
    const read = await readReport(reader.executor, reader.database, scope)
    if (read === undefined) throw await nothingToReport(context, reader, scope)
    return read
  })
  const file = out ?? (format === 'html' ? `report-${data.day}.html` : undefined)
  const text = format === 'html' ? renderHtml(data) : renderMarkdown(data)
  if (file === undefined) await context.print(text)
  else {
    writeFileSync(file, text)
    context.log(context.say('reported', { file }))
  }
  return 0
}

/** A slip of the pen in the standard's name must not look like a day without calls. */
async function nothingToReport(context: Context, { executor, database }: Reader, { standard, day }: Pick<ReportOptions, 'standard' | 'day'>): Promise<UserError> {
  const known = await queryRows<{ standard: string }>(executor, `SELECT DISTINCT standard FROM ${database}.calls ORDER BY standard`)
  const isUnknown = standard !== undefined && !known.some((row) => row.standard === standard)
  if (isUnknown) return new UserError(context.say('unknown_standard', { asked: standard, known: known.map((row) => row.standard).join(', ') }))
  return new UserError(context.say('no_calls', { day: [standard, day].filter((part) => part !== undefined).join(' ') }))
}
