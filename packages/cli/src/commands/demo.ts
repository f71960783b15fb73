import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openReader, openStore, queryRows, type ScoredCall } from '@yuzhi/store'
import type { Rubric } from '@yuzhi/rules'
import type { Context } from '../context.js'
import { explainCall } from '../explain-call.js'
import { openShelf } from '../open-shelf.js'
import { scoreLines } from '../score-lines.js'
import { SeenIds } from '../seen-ids.js'
import { worstCommand } from './worst.js'

const STANDARD = 'hotline'
const SQL = `SELECT clause_id, count() AS violated, round(100 * count() / (SELECT count() FROM calls), 1) AS percent_of_calls, any(reason) AS for_instance
FROM findings WHERE outcome = 'violated'
GROUP BY clause_id ORDER BY violated DESC LIMIT 8`

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
    const store = await openStore(dir)
    await store.write(scored)
    await store.close()
    await print(`\n${say('demo_worst')}\n\n`)
    await worstCommand(context, { dir, n: 5 })
    const worst = scored.reduce((lowest, call) => (call.score.score < lowest.score.score ? call : lowest))
    await print(`\n${say('demo_explain')}\n\n${explainCall(worst.call, worst.score, worst.rubric, context)}\n`)
    const reader = await openReader(dir)
    const rows = await queryRows<{ n: string }>(reader.executor, 'SELECT toString(count()) AS n FROM calls')
    await print(`\n${say('demo_sql')}  (calls: ${rows[0].n})\n\n${SQL}\n\n${await reader.run(SQL, 'PrettyCompactMonoBlock')}\n`)
    await reader.close()
    const shown = path.relative(process.cwd(), file)
    await print(`${say('demo_next')}\n  npx yuzhi score ${shown} --standard ${STANDARD} --into data\n  npx yuzhi worst --dir data\n  npx yuzhi explain ${shown} --call ${worst.call.call_id}\n  npx yuzhi rules test\n  npx yuzhi --help\n`)
    return 0
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
