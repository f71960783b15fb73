import { z } from 'zod'
import { Call } from './call.js'
import { Score } from './score.js'
import { ScoredEvent } from './scored-event.js'

/** JSON Schemas (draft 2020-12) by file name, for producers and consumers in other languages: calls, scores, and what the topic of scores carries. */
export function jsonSchemas(): Record<'call.schema.json' | 'score.schema.json' | 'event.schema.json', object> {
  return { 'call.schema.json': z.toJSONSchema(Call, { io: 'input' }), 'score.schema.json': z.toJSONSchema(Score), 'event.schema.json': z.toJSONSchema(ScoredEvent) }
}
