import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { queryRows } from './executor.js'
import { openReader } from './open-reader.js'
import { openStore } from './open-store.js'
import { callOf, TRANSCRIPT_COLUMNS, type TranscriptRow } from './stored-call.js'
import { newFolder, RUBRIC, SCORED_AT, scored } from './test-calls.js'

async function newStore(dir = newFolder()): ReturnType<typeof openStore> {
  const store = await openStore({ dir })
  await store.register(RUBRIC, SCORED_AT)
  return store
}

describe('the embedded store', () => {
  it('gives back calls, findings and utterances through its views', async () => {
    const store = await newStore()
    await store.write([scored('x1')], SCORED_AT)
    const [call] = await queryRows<Record<string, unknown>>(store.executor, 'SELECT * FROM yuzhi.calls')
    expect(call).toMatchObject({
      call_id: 'x1', standard: 'hotline', score: 88.5, grade: '良好', fatal: false, agent_name: '小周', attributes: { queue: '宽带' }, started_at: '2026-03-12 02:00:00.000',
      duration_ms: 61_000, day: '2026-03-12', scored_at: '2026-03-31 00:00:00.000', customer_id: 'u1', violated: [],
    })
    const findings = await queryRows(store.executor, 'SELECT clause_id, outcome, points, evidence FROM yuzhi.findings ORDER BY clause_id')
    expect(findings).toEqual([
      { clause_id: 'c.met', outcome: 'met', points: 88.5, evidence: '[{"turn":0,"start":0,"end":2,"text":"您好"}]' },
      { clause_id: 'c.none', outcome: 'not_applicable', points: 0, evidence: '[]' },
    ])
    const utterances = await queryRows(store.executor, 'SELECT turn, role, text, start_ms FROM yuzhi.utterances ORDER BY turn')
    expect(utterances).toEqual([{ turn: 0, role: 'agent', text: "您好 '引号'", start_ms: 0 }, { turn: 1, role: 'customer', text: '嗯', start_ms: null }])
    await store.close()
  })

  it('keeps a call so that it can be judged again as it came', async () => {
    const store = await newStore()
    const { call } = scored('x1')
    const whole = { ...call, ring_ms: 4000, hung_up_by: 'customer' as const, customer: { id: 'u1', gender: 'female' as const }, 'field of a later version': 1 }
    await store.write([{ ...scored('x1'), call: whole }], SCORED_AT)
    const [row] = await queryRows<TranscriptRow>(store.executor, `SELECT ${TRANSCRIPT_COLUMNS} FROM yuzhi.transcripts FINAL`)
    expect(callOf(row)).toEqual(whole)
    await store.close()
  })

  it('stores no private number, neither in words nor in evidence', async () => {
    const dir = newFolder()
    const store = await newStore(dir)
    await store.write([scored('x1', { texts: ['13812345678您好', '我的身份证11010519491231002X'] })], SCORED_AT)
    await store.close()
    const { executor, close } = await openReader({ dir })
    const everything = await executor.query('SELECT s.*, t.* FROM yuzhi.scored_calls AS s, yuzhi.transcripts AS t', 'JSONEachRow')
    expect(everything).toContain('***********您好')
    expect(everything).not.toMatch(/1381234|1101051949/u)
    await close()
  })

  it('refuses calls under a rubric that was not registered', async () => {
    const store = await openStore({ dir: newFolder() })
    await expect(store.write([scored('x1')], SCORED_AT)).rejects.toThrow('was not registered')
    await store.close()
  })

  it('lets the later input of a call stand, in whatever order they come', async () => {
    const store = await newStore()
    await store.write([scored('x1', { points: 40, position: 9 }), scored('x2')], SCORED_AT)
    await store.write([scored('x1', { points: 70, position: 3 })], SCORED_AT)
    expect(await queryRows(store.executor, 'SELECT call_id, score FROM yuzhi.calls ORDER BY call_id')).toEqual([{ call_id: 'x1', score: 40 }, { call_id: 'x2', score: 88.5 }])
    await store.close()
  })

  it('is read by a second process after the first has closed it, and refuses a folder without a store', async () => {
    const dir = newFolder()
    const store = await newStore(dir)
    await store.write([scored('x1')], SCORED_AT)
    await store.close()
    const reader = await openReader({ dir })
    expect(await reader.run('SELECT call_id FROM calls', 'TSV')).toBe('x1\n')
    await reader.close()
    await expect(openReader({ dir: newFolder() })).rejects.toMatchObject({ code: 'no_store' })
  })

  it('finds words by the index of their bigrams, and only turns that hold them', async () => {
    const store = await newStore()
    await store.write([scored('x1', { texts: ['您好我要投诉你们', '投了诉'] }), scored('x2', { texts: ['要我投', '诉'] })], SCORED_AT)
    expect(await queryRows(store.executor, "SELECT call_id, turn FROM yuzhi.search(words = '我要投诉')")).toEqual([{ call_id: 'x1', turn: 0 }])
    const plan = await store.executor.query("EXPLAIN indexes = 1 SELECT * FROM yuzhi.search(words = '我要投诉')", 'TSVRaw')
    expect(plan).toContain('by_words')
    await store.close()
  })
})

/** Writes one call after the other and prints the id of each once it is acknowledged. */
const WRITER = fileURLToPath(new URL('./endless-writer.test-process.js', import.meta.url)).replace('/src/', '/dist/')

describe('a killed writer', () => {
  it('loses nothing that was acknowledged', async () => {
    const dir = newFolder()
    const writer = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    await new Promise<void>((resolve, reject) => {
      writer.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (output.split('\n').length > 15) writer.kill('SIGKILL')
      })
      writer.on('exit', () => { resolve() })
      writer.on('error', reject)
    })
    const acknowledged = output.split('\n').slice(0, -1).sort()
    expect(acknowledged.length).toBeGreaterThanOrEqual(14)
    const reader = await openReader({ dir })
    const stored = (await reader.run('SELECT call_id FROM calls WHERE call_id IN (SELECT DISTINCT call_id FROM utterances)', 'TSV')).trim().split('\n')
    expect(stored).toEqual(expect.arrayContaining(acknowledged))
    await reader.close()
  })
})
