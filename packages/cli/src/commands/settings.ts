import { documentSettings, type Environment, readSettings } from '@yuzhi/service'
import type { z } from 'zod'
import { type Context, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { ProduceSettings } from './produce.js'
import { SETTINGS } from './workers.js'

export interface ConfigOptions {
  format: 'table' | 'md'
  check?: boolean
}

const ALL: Readonly<Record<string, z.ZodObject>> = { ...SETTINGS, produce: ProduceSettings }

/** Documents every key of a service's configuration; with `--check` it reads the configuration as the service would. */
export async function configCommand({ say, print, width }: Context, service: string | undefined, { format, check }: ConfigOptions, environment: Environment): Promise<number> {
  const chosen = Object.entries(ALL).filter(([name]) => service === undefined || name === service)
  if (chosen.length === 0) throw new UserError(say('unknown_service', { asked: service ?? '', known: Object.keys(ALL).join(', ') }))
  for (const [name, schema] of chosen) {
    if (check === true) readSettings(schema, environment)
    const header = [say('col_key'), say('col_default'), say('col_values'), say('col_meaning')]
    const rows = documentSettings(schema).map((doc) => [doc.name, doc.default, doc.values, doc.description])
    await print(format === 'table' ? `${name}\n\n${renderTable(header, rows, width)}\n\n` : `## ${name}\n\n${[header, header.map(() => '---'), ...rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))].map((row) => `| ${row.join(' | ')} |`).join('\n')}\n\n`)
  }
  return 0
}
