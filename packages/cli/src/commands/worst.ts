import { queryRows, type Reader } from '@yuzhi/store'
import { type Context, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { withReader } from '../with-store.js'

export interface WorstOptions {
  dir: string
  n: number
  since?: string
  clause?: string | undefined
  agent?: string
}

/** Lists the calls with the lowest scores, vetoed ones first as in the report, with what they violated. */
export async function worstCommand(context: Context, options: WorstOptions): Promise<number> {
  const { say } = context
  await withReader(context, options.dir, async (reader) => {
    const titles = await clauseTitles(reader)
    const { agent, clause: asked } = options
    const clause = asked === undefined ? undefined : idOfClause(asked, titles)
    if (asked !== undefined && clause === undefined) throw new UserError(say('unknown_clause', { clause: asked }))
    const rows = await worstCalls(reader, { ...options, clause })
    if (rows.length === 0 && agent !== undefined && !(await isAgent(reader, agent))) throw new UserError(say('unknown_agent', { agent }))
    const cells = rows.map((row) => [
      row.call_id, row.score.toFixed(2), row.grade, row.fatal ? say('yes') : '', row.agent, row.started, row.violated.map((id) => titles.get(id) ?? id).join('；'),
    ])
    await context.print(`${renderTable([say('col_call'), say('col_score'), say('col_grade'), say('col_fatal'), say('col_agent'), say('col_started'), say('col_violated')], cells, context.width)}\n`)
  })
  return 0
}

/** Titles of all clauses that calls of the store were judged on, by id. */
export async function clauseTitles({ executor, database }: Pick<Reader, 'executor' | 'database'>): Promise<ReadonlyMap<string, string>> {
  const rows = await queryRows<{ id: string; title: string }>(executor, `SELECT DISTINCT clause.1 AS id, clause.2 AS title FROM ${database}.rubrics ARRAY JOIN clauses AS clause`)
  return new Map(rows.map(({ id, title }) => [id, title]))
}

/** The id of a clause that is asked for by its id, or by a title that no other has. */
export function idOfClause(asked: string, titles: ReadonlyMap<string, string>): string | undefined {
  if (titles.has(asked)) return asked
  const named = [...titles].filter(([, title]) => title === asked)
  return named.length === 1 ? named[0][0] : undefined
}

async function isAgent({ executor, database }: Reader, agent: string): Promise<boolean> {
  return (await queryRows(executor, `SELECT 1 FROM ${database}.calls WHERE agent_id = {agent:String} OR agent_name = {agent:String} LIMIT 1`, { agent })).length > 0
}

interface WorstRow {
  call_id: string
  score: number
  grade: string
  fatal: boolean
  agent: string
  started: string
  violated: string[]
}

function worstCalls({ executor, database }: Reader, { n, since = '', clause = '', agent = '' }: WorstOptions): Promise<WorstRow[]> {
  return queryRows<WorstRow>(
    executor,
    `SELECT call_id, toFloat64(score) AS score, grade, fatal, if(agent_name = '', agent_id, agent_name) AS agent,
            formatDateTime(started_at, '%F %R', 'Asia/Shanghai') AS started, violated
     FROM ${database}.calls
     WHERE day >= toDateOrZero({since:String})
       AND ({clause:String} = '' OR has(violated, {clause:String}))
       AND ({agent:String} = '' OR agent_id = {agent:String} OR agent_name = {agent:String})
     ORDER BY fatal DESC, score, call_id
     LIMIT {n:UInt32}`,
    { since, clause, agent, n },
  )
}
