import { writeFileSync } from 'node:fs'
import { readReport, renderHtml, renderMarkdown } from '@yuzhi/report'
import { openReader } from '@yuzhi/store'
import { type Context, placeOf, UserError } from '../context.js'

export interface ReportOptions {
  dir: string
  day?: string
  days: number
  format: 'html' | 'md'
  out?: string
}

/** Writes the report of a day: Markdown to standard output, HTML to a file, unless told otherwise. */
export async function reportCommand(context: Context, { dir, day, days, format, out }: ReportOptions): Promise<number> {
  const { executor, database, close } = await openReader(placeOf(context, dir))
  try {
    const data = await readReport(executor, database, day, days)
    if (data === undefined) throw new UserError(context.say('no_calls', { day: day ?? '' }))
    const file = out ?? (format === 'html' ? `report-${data.day}.html` : undefined)
    const text = format === 'html' ? renderHtml(data) : renderMarkdown(data)
    if (file === undefined) await context.print(text)
    else {
      writeFileSync(file, text)
      context.log(context.say('reported', { file }))
    }
  } finally {
    await close()
  }
  return 0
}
