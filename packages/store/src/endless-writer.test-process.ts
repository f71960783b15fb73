import { openStore } from './open-store.js'
import { RUBRIC, scored } from './test-calls.js'

/** Stores calls one by one until it is killed; prints each id once the store has acknowledged it. */
const store = await openStore({ dir: process.argv[2] })
const at = '2026-03-31T00:00:00.000Z'
await store.register(RUBRIC, at)
for (let i = 0; ; i++) {
  const id = `w${String(i).padStart(6, '0')}`
  await store.write([scored(id)], at)
  process.stdout.write(`${id}\n`)
}
