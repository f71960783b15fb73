import type { Evidence } from '@yuzhi/schemas'
import { applyRetention, exportedTables, exportStore, findWords, forget, importStore, migrate, openExecutor, review, type Store, StoreError, targetOf } from '@yuzhi/store'
import { type Context, placeOf, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { withReader, withStore } from '../with-store.js'
import { reckonScore } from './rescore.js'
import { clauseTitles, idOfClause } from './worst.js'

interface InDir {
  dir: string
}

/** Brings the schema up to date and applies the retention of the configuration. */
export async function migrateCommand(context: Context, { dir }: InDir): Promise<number> {
  const place = await placeOf(context, dir)
  const executor = await openExecutor(place)
  try {
    const target = targetOf(place)
    const done = await migrate(executor, target)
    const changed = await applyRetention(executor, target, context.store.retention)
    context.log(done.length === 0 ? context.say('schema_current') : context.say('migrated', { names: done.join(', ') }))
    if (changed.length > 0) context.log(context.say('retention_changed', { tables: changed.join(', ') }))
  } finally {
    await executor.close()
  }
  return 0
}

/** Writes the store as Parquet files. */
export async function exportCommand(context: Context, folder: string, { dir }: InDir): Promise<number> {
  await printTransferred(context, await withReader(context, dir, ({ executor, database }) => exportStore(executor, database, folder)))
  return 0
}

/** Reads what export wrote. */
export async function importCommand(context: Context, folder: string, { dir }: InDir): Promise<number> {
  // Before a store is made for it.
  exportedTables(folder)
  await printTransferred(context, await withStore(context, dir, ({ executor, database }) => importStore(executor, database, folder), { create: true }))
  return 0
}

async function printTransferred({ say, print, width }: Context, done: Awaited<ReturnType<typeof exportStore>>): Promise<void> {
  await print(`${renderTable([say('col_table'), say('col_rows'), say('col_files')], done.map(({ table, rows, files }) => [table, String(rows), String(files)]), width)}\n`)
}

export interface ForgetOptions extends InDir {
  customer?: string
  call?: string
}

/** Removes a person's data and shows what was there and that nothing is left; exit code 1 where something is. */
export async function forgetCommand(context: Context, { dir, customer, call }: ForgetOptions): Promise<number> {
  const { say, print, log, width } = context
  if ((customer === undefined) === (call === undefined)) throw new UserError(say('forget_whom'))
  const who = call === undefined ? { customer: customer ?? '' } : { call }
  const { cluster } = targetOf(await placeOf(context, dir))
  return withStore(context, dir, async ({ executor, database }) => {
    const { calls, tables } = await forget(executor, database, who, context.now(), cluster)
    if (tables.every(({ before }) => before === 0)) log(say(calls.length === 0 ? 'nothing_to_forget' : 'kept_out'))
    else log(say('forgotten', { calls: calls.length }))
    if (tables.length > 0) await print(`${renderTable([say('col_table'), say('col_rows'), say('col_left')], tables.map(({ table, before, left }) => [table, String(before), String(left)]), width)}\n`)
    return tables.every(({ left }) => left === 0) ? 0 : 1
  })
}

export interface ReviewOptions extends InDir {
  clause: string
  overturn?: boolean
  confirm?: boolean
  to?: 'met' | 'violated' | 'not_applicable'
  /** Words of the call that show it, and the turn that holds them, counted from 1 as `explain` does. */
  words?: string
  turn?: number
  note?: string
  reviewer?: string
}

/** Records what a reviewer says of one decision and shows the score that follows. */
export async function reviewCommand(context: Context, callId: string, options: ReviewOptions): Promise<number> {
  const { say, log } = context
  const { dir, clause: asked, overturn, confirm, to, note = '', reviewer = context.person } = options
  if ((overturn === true) === (confirm === true)) throw new UserError(say('review_which'))
  if (confirm === true && to !== undefined) throw new UserError(say('review_to_confirm'))
  if (reviewer.trim() === '') throw new UserError(say('no_reviewer'))
  const { before, after, outcome, machineOutcome, clause } = await withStore(context, dir, async (store) => {
    const clauseId = idOfClause(asked, await clauseTitles(store)) ?? asked
    const event = { callId, clauseId, verdict: overturn === true ? ('overturn' as const) : ('confirm' as const), outcome: to, note, reviewer: reviewer.trim(), at: context.now() }
    try {
      const evidence = await namedWords(context, store, callId, options)
      return { clause: clauseId, ...(await review(store.executor, store.database, { ...event, evidence }, reckonScore)) }
    } catch (error) {
      throw reviewTrouble(context, error, callId, clauseId, to) ?? error
    }
  })
  log(say('reviewed', { call: callId, clause, machine: say(machineOutcome), outcome: say(outcome), before: before.toFixed(2), after: after.score.toFixed(2), grade: after.grade }))
  return 0
}

/** The words that a reviewer names, where they are plain. */
async function namedWords({ say }: Context, { executor, database }: Store, call: string, { dir, words, turn }: ReviewOptions): Promise<Evidence[]> {
  if (words === undefined && turn === undefined) return []
  if (words?.trim() === '') throw new UserError(say('no_words'))
  const places = await findWords(executor, database, call, words, turn === undefined ? undefined : turn - 1)
  if (places.length === 0) throw new UserError(words === undefined ? say('no_turn', { call, turn: turn ?? '', dir }) : say('words_not_said', { call, words, dir }))
  if (places.length > 1) throw new UserError(say('words_in_turns', { words: words ?? '', turns: places.map((place) => place.turn + 1).join('、') }))
  return places
}

function reviewTrouble({ say }: Context, error: unknown, call: string, clause: string, to: ReviewOptions['to']): UserError | undefined {
  if (!(error instanceof StoreError)) return undefined
  if (error.code === 'unknown_call') return new UserError(say('no_stored_call', { call }))
  if (error.code === 'unknown_clause') return new UserError(say('not_judged_on', { call, clause }))
  return error.code === 'same_outcome' ? new UserError(say('review_same', { outcome: say(to ?? 'met') })) : undefined
}
