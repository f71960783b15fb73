import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Health, type HttpServer, openHttp, openLog, openMetrics, type Running } from '@yuzhi/service'
import { EVENT_SESSION_SETTINGS, openExecutor, openStore, queryRows, type Store, StoreError, writeEvents } from '@yuzhi/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IntakeSettings } from './intake-settings.js'
import { startIntake } from './start-intake.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-intake-'))
let store: Store
let intake: Running
let http: HttpServer
/** Held back while set, so that work piles up. */
let gate: Promise<void> = Promise.resolve()
/** Set while the disk is full. */
let trouble: StoreError | undefined
let health: Health

beforeAll(async () => {
  const metrics = openMetrics('up')
  health = new Health(60_000, metrics.lastProgress)
  store = await openStore({ dir })
  const executor = await openExecutor({ dir }, EVENT_SESSION_SETTINGS)
  const started = await startIntake({
    settings: IntakeSettings.parse({ INTAKE_THREADS: '1', INTAKE_MAX_BODY_BYTES: '200000', INTAKE_MAX_PENDING_BYTES: '100000', INTAKE_INBOX_POLL_MS: '100', INTAKE_BATCH_MS: '5', INTAKE_STORE_WAIT_MS: '300', INTAKE_RULES_POLL_MS: '0' }),
    dir, store, metrics, health,
    sessions: [async (events) => {
      await gate
      if (trouble !== undefined) throw trouble
      return writeEvents(executor, store.database, events)
    }],
    log: openLog('up', 'fatal'), config: `${ROOT}config`, cache: `${ROOT}node_modules/.cache/yuzhi`, version: 'test',
  })
  intake = started
  http = await openHttp({ host: '127.0.0.1', port: 0, healths: [health], registry: metrics.registry, routes: [started.route], onError: () => undefined })
}, 300_000)

afterAll(async () => {
  await http.close()
  await store.close()
})

const call = (id: string, text = '您好，请问有什么可以帮您'): object => ({ call_id: id, standard: 'hotline', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text }] })

async function post(body: string, type = 'application/json'): Promise<{ status: number; answer: { accepted?: number; rejected?: { line: number; code: string; path: string }[]; error?: string }; retryAfter: string | null }> {
  const response = await fetch(`${http.url}/v1/calls`, { method: 'POST', body, headers: { 'Content-Type': type } })
  return { status: response.status, answer: (await response.json()) as { accepted?: number }, retryAfter: response.headers.get('retry-after') }
}

const stored = async (): Promise<string[]> => (await queryRows<{ call_id: string }>(store.executor, 'SELECT call_id FROM yuzhi.calls ORDER BY call_id')).map(({ call_id: id }) => id)

describe('POST /v1/calls', () => {
  it('answers when the call can be asked for', async () => {
    expect(await post(JSON.stringify(call('one')))).toMatchObject({ status: 200, answer: { accepted: 1, rejected: [] } })
    expect(await stored()).toEqual(['one'])
  })

  it('takes one call a line and says what is wrong with which', async () => {
    const lines = [JSON.stringify(call('two')), '', '{"call_id":', JSON.stringify({ ...call('three'), turns: [] }), JSON.stringify(call('four'))]
    expect(await post(lines.join('\n'), 'application/x-ndjson')).toMatchObject({ status: 200, answer: { accepted: 2, rejected: [{ line: 3, code: 'invalid_json' }, { line: 4, code: 'invalid_call', path: 'turns' }] } })
    expect(await stored()).toEqual(['four', 'one', 'two'])
  })

  it('knows lines without being told, and a call that is spread over lines', async () => {
    expect(await post(`${JSON.stringify(call('five'))}\n${JSON.stringify(call('six'))}\n`, 'application/x-www-form-urlencoded')).toMatchObject({ answer: { accepted: 2 } })
    expect(await post(JSON.stringify(call('seven'), undefined, 2))).toMatchObject({ answer: { accepted: 1 } })
  })

  it('lets the later one stand where a call comes again', async () => {
    await post(JSON.stringify({ ...call('again'), agent: { id: 'a1' } }))
    await post(JSON.stringify({ ...call('again'), agent: { id: 'a2' } }))
    expect(await queryRows(store.executor, "SELECT agent_id FROM yuzhi.calls WHERE call_id = 'again'")).toEqual([{ agent_id: 'a2' }])
  })

  it('answers 422 where nothing was accepted, 413 where it is too much, 405 where it is no POST', async () => {
    expect(await post('[]')).toMatchObject({ status: 422, answer: { accepted: 0, rejected: [{ line: 1, code: 'invalid_call' }] } })
    expect((await post('x'.repeat(300_000))).status).toBe(413)
    expect((await fetch(`${http.url}/v1/calls`)).status).toBe(405)
  })

  it('answers 429 under pressure, and takes the call afterwards', async () => {
    let open: () => void = () => undefined
    gate = new Promise((resolve) => { open = resolve })
    const large = (id: string): string => JSON.stringify(call(id, '您好'.repeat(15_000)))
    const first = post(large('press-1'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await post(large('press-2'))).toMatchObject({ status: 429, retryAfter: '1' })
    open()
    expect((await first).status).toBe(200)
    expect((await post(large('press-2'))).status).toBe(200)
  })
})

describe('a store that takes nothing', () => {
  it('is not ready, makes a POST come again, and takes it afterwards', async () => {
    trouble = new StoreError('failed', { message: 'not enough space', zh: '磁盘已满' }, true, undefined, 243)
    const first = post(JSON.stringify(call('full')))
    await expect.poll(() => health.notReady).toBe('ClickHouse: not enough space')
    expect(await first).toMatchObject({ status: 503, retryAfter: '1', answer: { error: expect.stringContaining('not enough space') as string } })
    trouble = undefined
    expect(await post(JSON.stringify(call('full')))).toMatchObject({ status: 200 })
    expect(health.notReady).toBeUndefined()
    expect(await stored()).toContain('full')
  })
})

const inbox = (name = ''): string => path.join(dir, 'inbox', name)
const kept = (name = ''): string => path.join(dir, 'inbox', 'done', name)
const lineOf = (id: string): string => `${JSON.stringify(call(id))}\n`

describe('the inbox', () => {
  it('takes a file that was moved in, keeps what is no call beside it, and moves the file to done', async () => {
    const bad = '{"call_id": "broken"'
    const file = path.join(dir, 'inbox', 'day.jsonl')
    writeFileSync(`${file}.part`, `${JSON.stringify(call('in-1'))}\n${bad}\n${JSON.stringify(call('in-2'))}`)
    renameSync(`${file}.part`, file)
    const deadline = Date.now() + 20_000
    while (existsSync(file) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(readdirSync(path.join(dir, 'inbox', 'done'))).toEqual(['day.jsonl'])
    expect(await stored()).toEqual(expect.arrayContaining(['in-1', 'in-2']))
    expect(readFileSync(path.join(dir, 'dead-letters', 'day.jsonl.2.bytes'), 'utf8')).toBe(bad)
    expect(JSON.parse(readFileSync(path.join(dir, 'dead-letters', 'day.jsonl.2.json'), 'utf8'))).toMatchObject({ code: 'invalid_json', source: 'day.jsonl/0/2' })
  }, 30_000)

  it('keeps two files of one name, and the dead letters of both', async () => {
    writeFileSync(inbox('day.jsonl'), `\n{"call_id": "broken too"\n${lineOf('in-3')}`)
    await expect.poll(() => existsSync(kept('day-2.jsonl')), { timeout: 20_000 }).toBe(true)
    expect(readFileSync(kept('day.jsonl'), 'utf8')).toContain('in-1')
    expect(readFileSync(path.join(dir, 'dead-letters', 'day.jsonl.2.bytes'), 'utf8')).toBe('{"call_id": "broken"')
    expect(readFileSync(path.join(dir, 'dead-letters', 'day.jsonl.2-2.bytes'), 'utf8')).toBe('{"call_id": "broken too"')
  }, 30_000)

  it('waits for a file that grows, and fetches one back that grows after it was taken', async () => {
    const handle = openSync(inbox('slow.jsonl'), 'w')
    for (const id of ['slow-1', 'slow-2', 'slow-3']) {
      writeSync(handle, lineOf(id))
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect(existsSync(inbox('slow.jsonl'))).toBe(true)
    }
    await expect.poll(() => existsSync(kept('slow.jsonl')), { timeout: 20_000 }).toBe(true)
    writeSync(handle, lineOf('slow-4'))
    closeSync(handle)
    await expect.poll(stored, { timeout: 20_000 }).toEqual(expect.arrayContaining(['slow-1', 'slow-2', 'slow-3', 'slow-4']))
    await expect.poll(() => readdirSync(inbox()), { timeout: 20_000 }).toEqual(['done'])
    expect(readFileSync(kept('slow.jsonl'), 'utf8').split('\n')).toHaveLength(5)
  }, 60_000)

  it('takes lines whatever the case of the name, and leaves what is no file of calls', async () => {
    writeFileSync(inbox('A.NDJSON'), lineOf('upper'))
    writeFileSync(inbox('calls.csv'), 'id,text\n')
    appendFileSync(inbox('half.jsonl.part'), lineOf('half'))
    await expect.poll(() => existsSync(kept('A.NDJSON')), { timeout: 20_000 }).toBe(true)
    expect(readdirSync(inbox()).sort()).toEqual(['calls.csv', 'done', 'half.jsonl.part'])
    expect(await stored()).not.toContain('half')
  }, 30_000)
})

describe('a stop', () => {
  it('finishes the POST in hand and sends others elsewhere', async () => {
    let open: () => void = () => undefined
    gate = new Promise((resolve) => { open = resolve })
    const first = post(JSON.stringify(call('last')))
    await new Promise((resolve) => setTimeout(resolve, 200))
    const stopped = intake.stop()
    expect(await post(JSON.stringify(call('too-late')))).toMatchObject({ status: 503, retryAfter: '1' })
    open()
    expect(await first).toMatchObject({ status: 200, answer: { accepted: 1 } })
    await stopped
    expect(await stored()).toContain('last')
    expect(await stored()).not.toContain('too-late')
  })
})
