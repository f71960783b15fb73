import { existsSync } from 'node:fs'
import path from 'node:path'
import { loadRules, reckoner, type Rubric, rubricRecord, scoringInBody, type Shelf } from '@yuzhi/rules'
import {
  callsWithout, carryReviews, type ClauseMove, compareRubrics, findRubric, type KnownRubric, knownRubrics, publish, type ReckonScore, type RubricDifference, registerRubric,
} from '@yuzhi/store'
import { type Context, UserError } from '../context.js'
import { openShelf } from '../open-shelf.js'
import { renderTable } from '../table.js'
import { withReader, withStore } from '../with-store.js'

/** Points of a stored call, by its own rubric. */
export const reckonScore: ReckonScore = (body, outcomes) => reckoner(scoringInBody(body))(outcomes)

export interface RescoreOptions {
  rubric: string
  since?: string
  dir: string
}

const SAY_EVERY_MS = 5_000

/** Judges stored calls under another rubric, beside what is current. Stopped, it goes on where it was. */
export async function rescoreCommand(context: Context, { rubric: name, since, dir }: RescoreOptions): Promise<number> {
  const { say, log, now } = context
  const rubric = compileNamed(context, openShelf(context, undefined), name)
  const { id } = rubric
  return withStore(context, dir, async ({ executor, database, writeHistory }) => {
    await registerRubric(executor, database, rubricRecord(rubric), now())
    let scored = 0
    let told = performance.now()
    for await (const calls of callsWithout(executor, database, id.hash, id.id, since)) {
      const scores = rubric.scoreAll(calls)
      await writeHistory(calls.map((call, i) => ({ call, score: scores[i], source: 'rescore' })), now())
      scored += calls.length
      if (performance.now() - told < SAY_EVERY_MS) continue
      told = performance.now()
      log(say('rescored', { scored, rubric: id.hash }))
    }
    log(say('rescore_done', { scored, rubric: id.hash, version: id.version }))
    return 0
  })
}

/** A rubric of the configuration by id, id@version or version, or a folder of rules. */
function compileNamed(context: Context, shelf: Shelf, name: string): Rubric {
  if (existsSync(path.join(name, 'standard.yaml'))) return shelf.compile(loadRules(name, undefined, path.join(context.config, 'standards')))
  const fitting = shelf.ruleSets.filter(({ standard: { id, version } }) => id === name || version === name || `${id}@${version}` === name)
  const list = shelf.ruleSets.map(({ standard: { id, version } }) => `${id}@${version}`).join(', ')
  if (fitting.length !== 1) throw new UserError(context.say(fitting.length === 0 ? 'unknown_rubric' : 'ambiguous_rubric', { name, known: list }))
  return shelf.compile(fitting[0])
}

/** Shows what a rubric would change against another: two rubrics that have judged calls of the store. */
export async function diffCommand(context: Context, oldName: string, newName: string, { dir, format }: { dir: string; format: 'table' | 'json' }): Promise<number> {
  return withReader(context, dir, async ({ executor, database }) => {
    const known = await knownRubrics(executor, database)
    const [before, after] = [findRubric(known, oldName), findRubric(known, newName)]
    const difference = await compareRubrics(executor, database, before.hash, after.hash)
    if (difference.calls === 0) throw new UserError(context.say('diff_none', { old: nameOf(before), new: nameOf(after) }))
    await context.print(`${format === 'json' ? JSON.stringify(difference, undefined, 2) : renderDifference(difference, context)}\n`)
    return 0
  })
}

function nameOf({ hash, id, version }: KnownRubric): string {
  return `${id}@${version} ${hash}`
}

function agentOf({ agent_name: name, agent_id: id }: { agent_name: string; agent_id: string }): string {
  return `${name} ${id}`.trim()
}

function renderDifference({ calls, changed, oldAverage, newAverage, grades, agents, clauses, moves }: RubricDifference, { say, width }: Context): string {
  const signed = (before: number, after: number): string => `${after - before > 0 ? '+' : ''}${(after - before).toFixed(2)}`
  const parts = [say('diff_total', { calls, changed, old: oldAverage.toFixed(2), new: newAverage.toFixed(2) })]
  const section = (title: string, head: readonly string[], rows: readonly string[][]): void => {
    if (rows.length > 0) parts.push('', title, renderTable([...head], [...rows], width))
  }
  section(say('diff_grades'), [say('col_grade'), say('old'), say('new')], grades.map((row) => [row.grade, String(row.old), String(row.new)]))
  section(say('diff_clauses'), [say('col_clause'), say('col_old_violations'), say('col_new_violations'), say('col_otherwise')], clauses.map((row) => [row.clause_id, String(row.old_violations ?? '–'), String(row.new_violations ?? '–'), String(row.changed)]))
  section(say('diff_agents'), [say('col_agent'), say('calls'), say('old'), say('new'), say('changed')], agents.map((row) => [agentOf(row), String(row.calls), row.old.toFixed(2), row.new.toFixed(2), signed(row.old, row.new)]))
  const verdict = (outcome: ClauseMove['old']): string => (outcome === '' ? '–' : say(outcome))
  const moved = moves.flatMap((row) => row.clauses.slice(0, CLAUSES_SHOWN).map((clause, i) => [
    ...(i === 0 ? [row.call_id, agentOf(row), row.old.toFixed(2), row.new.toFixed(2), signed(row.old, row.new)] : ['', '', '', '', '']),
    clause.clause_id, `${verdict(clause.old)} → ${verdict(clause.new)}`, signed(clause.old_points, clause.new_points), clause.reason,
  ]))
  section(say('diff_moves'), [say('col_call'), say('col_agent'), say('old'), say('new'), say('changed'), say('col_clause'), say('col_verdict'), say('points'), say('col_reason')], moved)
  return parts.join('\n')
}

/** Of a call, where most moved. */
const CLAUSES_SHOWN = 3

/** Makes the results of a rubric current; reviews are carried over. */
export async function publishCommand(context: Context, name: string, { dir }: { dir: string }): Promise<number> {
  return withStore(context, dir, async ({ executor, database }) => {
    const rubric = findRubric(await knownRubrics(executor, database), name)
    const calls = await publish(executor, database, rubric.hash, context.now())
    const reviews = await carryReviews(executor, database, rubric.hash, context.now(), reckonScore)
    context.log(context.say('published', { rubric: `${rubric.id}@${rubric.version} (${rubric.hash})`, calls, reviews }))
    return 0
  })
}

/** Lists the rubrics that have judged calls of the store. */
export async function rubricsCommand(context: Context, { dir }: { dir: string }): Promise<number> {
  return withReader(context, dir, async ({ executor, database }) => {
    const rows = (await knownRubrics(executor, database)).map(({ hash, id, version, calls, current }) => [hash, id, version, String(calls), String(current)])
    await context.print(`${renderTable([context.say('col_rubric'), context.say('col_standard'), context.say('col_version'), context.say('calls'), context.say('current')], rows, context.width)}\n`)
    return 0
  })
}
