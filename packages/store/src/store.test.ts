import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Call, type Score } from '@yuzhi/schemas'
import { describe, expect, it } from 'vitest'
import { queryRows } from './executor.js'
import { openChdb } from './chdb-executor.js'
import { openReader } from './open-reader.js'
import { openStore, type ScoredCall } from './open-store.js'

const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'yuzhi-store-'))

function scored(id: string, points = 88.5): ScoredCall {
  const call = Call.parse({
    call_id: id, started_at: '2026-03-12T10:00:00+08:00', duration_ms: 61_000, direction: 'inbound', agent: { id: 'a1', name: '小周', team: '一组' },
    attributes: { queue: '宽带' }, turns: [{ role: 'agent', text: "您好 '引号'", start_ms: 0, end_ms: 900 }, { role: 'customer', text: '嗯' }],
  })
  const score: Score = {
    call_id: id, standard: 'hotline', rubric: { id: 'hotline', version: '1.0.0', hash: 'h' }, score: points, grade: '良好', fatal: false, base: 0,
    clauses: [
      { id: 'c.met', outcome: 'met', points, evidence: [{ turn: 0, start: 0, end: 2, text: '您好' }], reason: '说了' },
      { id: 'c.none', outcome: 'not_applicable', points: 0, evidence: [], reason: '不适用' },
    ],
  }
  return { call, score }
}

describe('the embedded store', () => {
  it('gives back calls, findings and utterances through its views', async () => {
    const folder = newFolder()
    const store = await openStore(folder)
    await store.write([scored('x1')])
    const [call] = await queryRows<Record<string, unknown>>(store.executor, 'SELECT * FROM yuzhi.calls')
    expect(call).toMatchObject({ call_id: 'x1', standard: 'hotline', score: 88.5, grade: '良好', fatal: false, agent_name: '小周', attributes: { queue: '宽带' }, started_at: '2026-03-12 02:00:00.000', duration_ms: 61_000 })
    const findings = await queryRows(store.executor, 'SELECT clause_id, outcome, points, evidence FROM yuzhi.findings ORDER BY clause_id')
    expect(findings).toEqual([
      { clause_id: 'c.met', outcome: 'met', points: 88.5, evidence: '[{"turn":0,"start":0,"end":2,"text":"您好"}]' },
      { clause_id: 'c.none', outcome: 'not_applicable', points: 0, evidence: '[]' },
    ])
    const utterances = await queryRows(store.executor, 'SELECT turn, role, text, start_ms FROM yuzhi.utterances ORDER BY turn')
    expect(utterances).toEqual([{ turn: 0, role: 'agent', text: "您好 '引号'", start_ms: 0 }, { turn: 1, role: 'customer', text: '嗯', start_ms: null }])
    await store.close()
  })

  it('counts a call that is stored again once, and the newest score stands', async () => {
    const store = await openStore(newFolder())
    await store.write([scored('x1'), scored('x2')])
    await store.write([scored('x1', 40)])
    const rows = await queryRows(store.executor, 'SELECT call_id, score FROM yuzhi.calls ORDER BY call_id')
    expect(rows).toEqual([{ call_id: 'x1', score: 40 }, { call_id: 'x2', score: 88.5 }])
    expect(await queryRows(store.executor, 'SELECT toUInt32(count()) AS n FROM yuzhi.utterances')).toEqual([{ n: 4 }])
    await store.close()
  })

  it('is read by a second process after the first has closed it, and refuses a folder without a store', async () => {
    const folder = newFolder()
    const store = await openStore(folder)
    await store.write([scored('x1')])
    await store.close()
    const reader = await openReader(folder)
    expect(await reader.run('SELECT call_id FROM calls', 'TSV')).toBe('x1\n')
    await reader.close()
    await expect(openReader(newFolder())).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('binds parameters and streams rows', async () => {
    const executor = await openChdb(newFolder())
    expect(await queryRows(executor, "SELECT {text:String} AS text", { text: "它's; DROP" })).toEqual([{ text: "它's; DROP" }])
    let rows = 0
    for await (const chunk of executor.stream('SELECT number FROM numbers(100000)', 'TSV')) rows += chunk.split('\n').length - 1
    expect(rows).toBe(100_000)
    await executor.close()
  })

  it('says by a code why something failed and whether a retry helps', async () => {
    const executor = await openChdb(newFolder())
    await expect(executor.command('SELCT 1')).rejects.toMatchObject({ code: 'syntax', canRetry: false })
    await expect(executor.command('SELECT * FROM nowhere')).rejects.toMatchObject({ code: 'unknown_name' })
    await executor.close()
  })
})

/** Writes one call after the other and prints the id of each once it is acknowledged. */
const WRITER = fileURLToPath(new URL('./endless-writer.test-process.js', import.meta.url)).replace('/src/', '/dist/')

describe('a killed writer', () => {
  it('loses nothing that was acknowledged', async () => {
    const folder = newFolder()
    const writer = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
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
    const reader = await openReader(folder)
    const stored = (await reader.run('SELECT call_id FROM calls WHERE call_id IN (SELECT DISTINCT call_id FROM utterances)', 'TSV')).trim().split('\n')
    expect(stored).toEqual(expect.arrayContaining(acknowledged))
    await reader.close()
  })
})
