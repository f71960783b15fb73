import { z } from 'zod'
import { ClausesFile, SignalsFile, StandardFile } from './rule-files.js'

/** JSON Schemas for editors, by file name: point `# yaml-language-server: $schema=` at them. */
export function editorSchemas(): Record<string, object> {
  return {
    'signals.schema.json': z.toJSONSchema(SignalsFile, { io: 'input' }),
    'clauses.schema.json': z.toJSONSchema(ClausesFile, { io: 'input' }),
    'standard.schema.json': z.toJSONSchema(StandardFile, { io: 'input' }),
  }
}
