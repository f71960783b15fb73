import { applyRetention, exportedTables, exportStore, forget, importStore, migrate, openExecutor, review, targetOf } from '@yuzhi/store'
import { type Context, placeOf, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { withReader, withStore } from '../with-store.js'
import { reckonScore } from './rescore.js'

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
  note?: string
  reviewer?: string
}

/** Records what a reviewer says of one decision and shows the score that follows. */
export async function reviewCommand(context: Context, callId: string, { dir, clause, overturn, confirm, to, note = '', reviewer = context.person }: ReviewOptions): Promise<number> {
  const { say, log } = context
  if ((overturn === true) === (confirm === true)) throw new UserError(say('review_which'))
  const event = { callId, clauseId: clause, verdict: overturn === true ? ('overturn' as const) : ('confirm' as const), outcome: to, note, reviewer, at: context.now() }
  const { before, after, outcome, machineOutcome } = await withStore(context, dir, ({ executor, database }) => review(executor, database, event, reckonScore))
  log(say('reviewed', { call: callId, clause, machine: say(machineOutcome), outcome: say(outcome), before: before.toFixed(2), after: after.score.toFixed(2), grade: after.grade }))
  return 0
}
