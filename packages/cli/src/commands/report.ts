import { writeFileSync } from 'node:fs'
import { readReport, renderHtml, renderMarkdown } from '@yuzhi/report'
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
  const data = await withReader(context, dir, ({ executor, database }) => readReport(executor, database, scope))
  if (data === undefined) throw new UserError(context.say('no_calls', { day: [scope.standard, scope.day].filter((part) => part !== undefined).join(' ') }))
  const file = out ?? (format === 'html' ? `report-${data.day}.html` : undefined)
  const text = format === 'html' ? renderHtml(data) : renderMarkdown(data)
  if (file === undefined) await context.print(text)
  else {
    writeFileSync(file, text)
    context.log(context.say('reported', { file }))
  }
  return 0
}
