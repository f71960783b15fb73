import { z } from 'zod'
import { Call } from './call.js'
import { Score } from './score.js'

/** JSON Schema (draft 2020-12) of a call, for producers in other languages. */
export function callJsonSchema(): object {
  return z.toJSONSchema(Call, { io: 'input' })
}

/** JSON Schema (draft 2020-12) of a score, for consumers in other languages. */
export function scoreJsonSchema(): object {
  return z.toJSONSchema(Score)
}
