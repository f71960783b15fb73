import { Call, type Score } from '@yuzhi/schemas'
import { openStore } from './open-store.js'

/** Stores calls one by one until it is killed; prints each id once the store has acknowledged it. */
const store = await openStore(process.argv[2])
for (let i = 0; ; i++) {
  const id = `w${String(i).padStart(6, '0')}`
  const call = Call.parse({ call_id: id, started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: '您好' }] })
  const score: Score = { call_id: id, standard: 's', rubric: { id: 's', version: '1', hash: 'h' }, score: 1, grade: 'g', fatal: false, base: 0, clauses: [] }
  await store.write([{ call, score }])
  process.stdout.write(`${id}\n`)
}
