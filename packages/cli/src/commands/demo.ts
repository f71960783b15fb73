import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openReader, openStore, type ScoredCall } from '@yuzhi/store'
import { type Rubric, rubricRecord } from '@yuzhi/rules'
import type { Context } from '../context.js'
import { explainCall } from '../explain-call.js'
import { openShelf } from '../open-shelf.js'
import { scoreLines } from '../score-lines.js'
import { SeenIds } from '../seen-ids.js'
import { reportCommand } from './report.js'
import { worstCommand } from './worst.js'

const STANDARD = 'hotline'
/** Three questions that an analyst, a QA reviewer and a team lead ask. */
const QUESTIONS = {
  demo_sql_clauses: `SELECT clause_id, sum(violations) AS violated, round(100 * sum(violations) / sum(applicable), 1) AS percent_of_applicable
FROM clause_days GROUP BY clause_id HAVING violated > 0 ORDER BY violated DESC, clause_id LIMIT 5`,
  demo_sql_words: `SELECT call_id, JSONExtractString(evidence, 1, 'text') AS words, reason
FROM findings WHERE outcome = 'violated' AND clause_id LIKE '%.taboo.%' ORDER BY points, call_id, clause_id LIMIT 5`,
  demo_sql_teams: `SELECT agent_team, count() AS calls, round(avg(score), 1) AS average, countIf(fatal) AS fatal
FROM calls GROUP BY agent_team ORDER BY average`,
} as const
const REPORT = 'demo-report.html'
/** The demo calls lie within a year. */
const REPORT_DAYS = 365

/** The main job on the calls that come with the product: score, worst, explain, SQL. */
export async function demoCommand(context: Context): Promise<number> {
  const { say, print } = context
  const file = path.join(context.fixtures, 'demo-calls.jsonl')
  const count = readFileSync(file, 'utf8').trim().split('\n').length
  const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-demo-'))
  try {
    await print(`${say('compiling')}\n`)
    const shelf = openShelf(context, STANDARD)
    const scored: (ScoredCall & { rubric: Rubric })[] = []
    for await (const result of scoreLines(file, shelf, STANDARD, new SeenIds(), say)) if (result.ok) scored.push(result)
    await print(`\n${say('demo_scoring', { count })}\n`)
    const store = await openStore({ dir }, context.store)
    await store.register(rubricRecord(scored[0].rubric), context.now())
    await store.write(scored, context.now())
    await store.close()
    await print(`\n${say('demo_worst')}\n\n`)
    await worstCommand(context, { dir, n: 5 })
    const worst = scored.reduce((lowest, call) => (call.score.score < lowest.score.score ? call : lowest))
    await print(`\n${say('demo_explain')}\n\n${explainCall(worst.call, worst.score, worst.rubric.scoring, context)}\n`)
    const reader = await openReader({ dir })
    for (const [title, sql] of Object.entries(QUESTIONS)) {
      await print(`\n${say(title as keyof typeof QUESTIONS)}\n\n${sql}\n\n${await reader.run(sql, 'PrettyCompactMonoBlock')}\n`)
    }
    await reader.close()
    await reportCommand(context, { dir, format: 'html', out: REPORT, days: REPORT_DAYS })
    await print(`\n${say('demo_report', { file: path.resolve(REPORT) })}\n\n`)
    const shown = path.relative(process.cwd(), file)
    await print(`${say('demo_next')}\n  npx yuzhi score ${shown} --standard ${STANDARD} --into data\n  npx yuzhi worst --dir data\n  npx yuzhi explain ${shown} --call ${worst.call.call_id}\n  npx yuzhi rules test\n  npx yuzhi --help\n`)
    return 0
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
