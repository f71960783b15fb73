import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openClient } from './client-executor.js'
import { openStore } from './open-store.js'
import { serveSql } from './serve-sql.js'
import { newFolder, RUBRIC, SCORED_AT, scored } from './test-calls.js'

describe('serveSql', () => {
  let url: string
  let close: () => Promise<void>
  beforeAll(async () => {
    const dir = newFolder()
    const store = await openStore({ dir })
    await store.register(RUBRIC, SCORED_AT)
    await store.write([scored('x1'), scored('x2', { points: 20 })], SCORED_AT)
    await store.close()
    const { server, close: end } = await serveSql({ dir, user: 'reader', password: 'open sesame' })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = end
  })
  afterAll(async () => {
    await close()
  })

  const ask = (sql: string, headers: Readonly<Record<string, string>> = { Authorization: `Basic ${Buffer.from('reader:open sesame').toString('base64')}` }): Promise<Response> =>
    fetch(`${url}/?query=${encodeURIComponent(sql)}`, { headers })

  it('answers as a ClickHouse server does, in the format that is asked for', async () => {
    const response = await ask('SELECT call_id, score FROM calls ORDER BY score FORMAT JSON')
    expect(response.headers.get('X-ClickHouse-Format')).toBe('JSON')
    expect(await response.json()).toMatchObject({ data: [{ call_id: 'x2', score: 20 }, { call_id: 'x1', score: 88.5 }], rows: 2 })
    expect(await (await fetch(`${url}/ping`)).text()).toBe('Ok.\n')
  })

  it('gives a header once, however many rows follow', async () => {
    const text = await (await ask('SELECT number AS n FROM (SELECT arrayJoin(range(200000)) AS number) FORMAT CSVWithNames')).text()
    expect(text.split('\n').filter((line) => line.includes('n'))).toEqual(['"n"'])
    expect(text.split('\n')).toHaveLength(200_002)
  })

  it('lets tools look up what there is', async () => {
    expect(await (await ask("SELECT name FROM system.tables WHERE database = 'yuzhi' AND name = 'calls'")).text()).toBe('calls\n')
    expect(await (await ask("SELECT name FROM system.columns WHERE table = 'calls' AND name = 'score'")).text()).toBe('score\n')
  })

  it('takes users in any of the ways that clients use, and only with the password', async () => {
    expect((await ask('SELECT 1', { 'X-ClickHouse-User': 'reader', 'X-ClickHouse-Key': 'open sesame' })).status).toBe(200)
    expect((await fetch(`${url}/?user=reader&password=open%20sesame&query=SELECT%201`)).status).toBe(200)
    for (const headers of [{}, { 'X-ClickHouse-User': 'reader', 'X-ClickHouse-Key': 'guess' }, { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': '' }]) {
      const response = await ask('SELECT 1', headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('X-ClickHouse-Exception-Code')).toBe('516')
    }
  })

  it.each(["SELECT file('/etc/passwd')", 'DROP TABLE scored_calls', 'INSERT INTO scored_calls (call_id) VALUES (1)', "SELECT * FROM url('http://127.0.0.1/', 'CSV')", 'SELECT * FROM system.users', 'SET readonly = 0', "SELECT 1 INTO OUTFILE '/tmp/x'", 'SELECT 1 SETTINGS readonly = 0'])('refuses %s', async (sql) => {
    const response = await ask(sql)
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/^Code: (?:497|62)\. DB::Exception: /u)
  })

  it('says what to set where a driver asks for a compression that it does not speak', async () => {
    const response = await fetch(`${url}/?compress=1&user=reader&password=open%20sesame&query=SELECT%201`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('compress=false')
  })

  it('does not let a request loosen its limits', async () => {
    const response = await fetch(`${url}/?user=reader&password=open%20sesame&readonly=0&max_result_rows=0&query=${encodeURIComponent('SELECT number FROM (SELECT arrayJoin(range(2000000)) AS number)')}`)
    expect(await response.text()).toContain('Code: 396')
  })

  it('serves the real client, its parameters and its compression', async () => {
    const client = openClient({ url, user: 'reader', password: 'open sesame' })
    expect(await client.query('SELECT call_id FROM yuzhi.calls WHERE score < {limit:Float64}', 'TSV', { limit: 50 })).toBe('x2\n')
    await client.close()
  })
})
