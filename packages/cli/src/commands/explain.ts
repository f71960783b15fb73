import { type Context, UserError } from '../context.js'
import { explainCall } from '../explain-call.js'
import { openShelf } from '../open-shelf.js'
import { formatRejected, scoreLines } from '../score-lines.js'
import { SeenIds } from '../seen-ids.js'

export interface ExplainOptions {
  call?: string
  standard?: string
}

/** Explains one call of a file: the one with the given id, else the first. */
export async function explainCommand(context: Context, file: string, { call: wanted, standard }: ExplainOptions): Promise<number> {
  const shelf = openShelf(context, standard)
  for await (const result of scoreLines(file, shelf, standard, new SeenIds(), context.say)) {
    if (!result.ok) {
      if (wanted === undefined) context.log(formatRejected(file, result.line, result.rejected))
    } else if (wanted === undefined || result.call.call_id === wanted) {
      await context.print(`${explainCall(result.call, result.score, result.rubric, context)}\n`)
      return 0
    }
  }
  throw new UserError(context.say('no_call', { call: wanted ?? '', file }))
}
