import { scoringInBody } from '@yuzhi/rules'
import { readStoredCall, StoreError, type StoredReview } from '@yuzhi/store'
import { type Context, UserError } from '../context.js'
import { explainCall } from '../explain-call.js'
import { openShelf } from '../open-shelf.js'
import { formatRejected, scoreLines } from '../score-lines.js'
import { SeenIds } from '../seen-ids.js'
import { withReader } from '../with-store.js'

export interface ExplainOptions {
  call?: string
  standard?: string
  dir?: string
}

/** Explains one call: of a file, judged anew, the one with the given id, else the first; of a store, as it is kept, reviews applied. */
export async function explainCommand(context: Context, file: string | undefined, { call, standard, dir }: ExplainOptions): Promise<number> {
  if (file !== undefined && dir === undefined) return explainFromFile(context, file, call, standard)
  if (file === undefined && dir !== undefined && call !== undefined && standard === undefined) return explainFromStore(context, dir, call)
  throw new UserError(context.say('explain_what'))
}

async function explainFromStore(context: Context, dir: string, callId: string): Promise<number> {
  const { call, score, rubricBody, reviews } = await withReader(context, dir, async ({ executor, database }) => {
    try {
      return await readStoredCall(executor, database, callId)
    } catch (error) {
      throw error instanceof StoreError && error.code === 'unknown_call' ? new UserError(context.say('no_stored_call', { call: callId })) : error
    }
  })
  const clauses = score.clauses.map((clause) => {
    const review = reviews.get(clause.id)
    return review === undefined ? clause : { ...clause, reason: reviewedReason(context, review, clause.reason) }
  })
  await context.print(`${explainCall(call, { ...score, clauses }, scoringInBody(rubricBody), context)}\n`)
  return 0
}

function reviewedReason({ say }: Context, { outcome, machine_outcome: machine, reviewer, note }: StoredReview, reason: string): string {
  const who = note === '' ? reviewer : `${reviewer}：${note}`
  return outcome === machine ? say('confirmed_reason', { who, reason }) : say('overturned_reason', { who, machine: say(machine), reason })
}

async function explainFromFile(context: Context, file: string, wanted: string | undefined, standard: string | undefined): Promise<number> {
  const shelf = openShelf(context, standard)
  for await (const result of scoreLines(file, shelf, standard, new SeenIds(), context.say)) {
    if (!result.ok) {
      if (wanted === undefined) context.log(formatRejected(file, result.line, result.rejected, context.lang))
    } else if (wanted === undefined || result.call.call_id === wanted) {
      await context.print(`${explainCall(result.call, result.score, result.rubric.scoring, context)}\n`)
      return 0
    }
  }
  throw new UserError(context.say('no_call', { call: wanted ?? '', file }))
}
