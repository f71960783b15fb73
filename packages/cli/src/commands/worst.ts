import { queryRows, type Reader } from '@yuzhi/store'
import { type Context, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { withReader } from '../with-store.js'

export interface WorstOptions {
  dir: string
  n: number
  since?: string
  clause?: string
  agent?: string
}

/** Lists the calls with the lowest scores, with what they violated. */
export async function worstCommand(context: Context, options: WorstOptions): Promise<number> {
  await withReader(context, options.dir, async (reader) => {
    const { clause } = options
    if (clause !== undefined && !(await isClause(reader, clause))) throw new UserError(context.say('unknown_clause', { clause }))
    await context.print(`${await worstCalls(context, reader, options)}\n`)
  })
  return 0
}

async function isClause({ executor, database }: Reader, clause: string): Promise<boolean> {
  return (await queryRows(executor, `SELECT 1 FROM ${database}.findings WHERE clause_id = {clause:String} LIMIT 1`, { clause })).length > 0
}

interface WorstRow {
  call_id: string
  score: number
  grade: string
  agent: string
  started: string
  violated: string[]
}

async function worstCalls({ say, width }: Context, { executor, database }: Reader, { n, since = '', clause = '', agent = '' }: WorstOptions): Promise<string> {
  const rows = await queryRows<WorstRow>(
    executor,
    `SELECT call_id, toFloat64(score) AS score, grade, if(agent_name = '', agent_id, agent_name) AS agent,
            formatDateTime(started_at, '%F %R', 'Asia/Shanghai') AS started, violated
     FROM ${database}.calls
     WHERE day >= toDateOrZero({since:String})
       AND ({clause:String} = '' OR has(violated, {clause:String}))
       AND ({agent:String} = '' OR agent_id = {agent:String})
     ORDER BY score, call_id
     LIMIT {n:UInt32}`,
    { since, clause, agent, n },
  )
  const cells = rows.map((row) => [row.call_id, row.score.toFixed(2), row.grade, row.agent, row.started, row.violated.join(' ')])
  return renderTable([say('col_call'), say('col_score'), say('col_grade'), say('col_agent'), say('col_started'), say('col_violated')], cells, width)
}
