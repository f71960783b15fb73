import { readFileSync } from 'node:fs'
import { reckoner, rubricRecord, scoringInBody, Shelf } from '@yuzhi/rules'
import { parseCall } from '@yuzhi/schemas'
import { openStore, review } from '@yuzhi/store'
import { CONFIG, ROOT } from './paths.js'

/** All times are fixed, so that answers over this store are the same on every day. */
const SCORED_AT = '2026-03-31T02:00:00.000Z'
const REVIEWED_AT = Date.parse('2026-04-01T02:00:00.000Z')

/** What reviewers said of the demo calls: call, clause, verdict, note. */
const REVIEWS = [
  ['r1-027', 'hotline.courtesy.please', 'confirm', '全程没有一个请字'],
  ['r1-014', 'hotline.courtesy.please', 'overturn', '“麻烦您”等同于请'],
  ['r2-002', 'hotline.courtesy.return_thanks', 'confirm', ''],
  ['r3-019', 'hotline.courtesy.return_thanks', 'overturn', '客户道谢后已挂机'],
  ['r2-028', 'hotline.listen.respond', 'confirm', '客户说了半分钟没有回应'],
  ['r3-028', 'hotline.open.greeting', 'confirm', ''],
  ['r1-039', 'hotline.taboo.contradict', 'confirm', '顶撞客户'],
  ['r1-007', 'hotline.courtesy.please', 'confirm', ''],
  ['r1-006', 'hotline.taboo.contempt', 'confirm', '辱骂客户'],
  ['r2-040', 'hotline.courtesy.please', 'overturn', '有“劳驾”'],
  ['r1-001', 'hotline.open.greeting', 'confirm', '抽查'],
  ['r1-001', 'hotline.commit.action', 'confirm', '抽查'],
] as const

/** Fills an embedded store with the demo calls, judged against the hotline standard, and some reviews. */
export async function fillDemoStore(dir: string): Promise<void> {
  const shelf = Shelf.open(CONFIG, 'hotline')
  const rubric = shelf.compile(shelf.ruleSets[0])
  const lines = readFileSync(`${ROOT}test/fixtures/demo-calls.jsonl`, 'utf8').trim().split('\n')
  const calls = lines.flatMap((line) => {
    const parsed = parseCall(Buffer.from(line))
    return parsed.ok ? [parsed.call] : []
  })
  const store = await openStore({ dir })
  await store.register({ ...rubricRecord(rubric), hash: 'demo' }, SCORED_AT)
  // The hash changes with every rule; answers that name it should not.
  const scored = calls.map((call) => ({ call, score: { ...rubric.score(call), rubric: { ...rubric.id, hash: 'demo' } }, source: 'demo-calls.jsonl' }))
  await store.write(scored, SCORED_AT)
  for (const [index, [callId, clauseId, verdict, note]] of REVIEWS.entries()) {
    const at = new Date(REVIEWED_AT + index * 60_000).toISOString()
    await review(store.executor, store.database, { callId, clauseId, verdict, note, reviewer: index % 2 === 0 ? '王质检' : '李质检', at }, (body, outcomes) => reckoner(scoringInBody(body))(outcomes))
  }
  await store.close()
}
