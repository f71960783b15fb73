import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const YUZHI = fileURLToPath(new URL('../bin/yuzhi.mjs', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CALLS = path.join(ROOT, 'test', 'fixtures', 'demo-calls.jsonl')
const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-store-commands-'))
const dir = path.join(folder, 'store')

function yuzhi(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [YUZHI, ...args], { encoding: 'utf8', timeout: 50_000, cwd: folder })
  return { code: status, out: stdout, err: stderr }
}

const rows = (sql: string): unknown[] => yuzhi('sql', sql, '--dir', dir, '--format', 'jsonl').out.trim().split('\n').map((line) => JSON.parse(line) as unknown)

beforeAll(() => {
  expect(yuzhi('score', CALLS, '--into', dir).code).toBe(0)
})

describe('yuzhi review', () => {
  it('overturns a decision: the score follows, the machine’s decision stays beside it', () => {
    const { code, err } = yuzhi('review', 'r1-014', '--clause', 'hotline.courtesy.please', '--overturn', '--note', '麻烦您等同于请', '--reviewer', '王', '--dir', dir)
    expect(err).toMatch(/机器判为违反，复核为符合；得分 [\d.]+ → [\d.]+/u)
    expect(code).toBe(0)
    expect(rows("SELECT score > machine_score AS higher, toUInt32(reviews) AS reviews FROM calls WHERE call_id = 'r1-014'")).toEqual([{ higher: 1, reviews: 1 }])
    expect(rows("SELECT outcome, machine_outcome FROM findings WHERE call_id = 'r1-014' AND clause_id = 'hotline.courtesy.please'")).toEqual([{ outcome: 'met', machine_outcome: 'violated' }])
  })

  it('explains the call as the store has it: the score that stands, and what the machine had decided', () => {
    const [{ score }] = rows("SELECT toFloat64(score) AS score FROM calls WHERE call_id = 'r1-014'") as { score: number }[]
    const { out } = yuzhi('explain', '--call', 'r1-014', '--dir', dir)
    expect(out).toContain(`合计 ${String(score)} `)
    expect(out).toMatch(/hotline\.courtesy\.please +符合 .*复核改判（王：麻烦您等同于请）；机器原判违反：/u)
    expect(yuzhi('explain', '--call', 'nobody', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('nobody') as string })
    expect(yuzhi('explain', CALLS, '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('--call') as string })
  })

  it('takes the words that show it, and names the turns where they are not plain', () => {
    const [{ turn, text }] = rows("SELECT turn, text FROM utterances WHERE call_id = 'r1-014' AND role = 'agent' ORDER BY turn LIMIT 1") as { turn: number; text: string }[]
    const words = text.slice(0, 6)
    const asked = ['review', 'r1-014', '--clause', 'hotline.taboo.contradict', '--overturn', '--reviewer', '王', '--dir', dir]
    expect(yuzhi(...asked, '--words', '谁也没说过这话')).toMatchObject({ code: 1, err: expect.stringContaining('谁也没说过这话') as string })
    expect(yuzhi(...asked, '--turn', '999')).toMatchObject({ code: 1, err: expect.stringContaining('没有第999句') as string })
    expect(yuzhi(...asked, '--words', '，')).toMatchObject({ code: 1, err: expect.stringMatching(/第\d+、\d+.*--turn/u) as string })
    expect(yuzhi(...asked, '--turn', String(turn + 1), '--words', words).code).toBe(0)
    const evidence = JSON.stringify([{ turn, start: 0, end: 6, text: words, kind: 'said' }])
    expect(rows("SELECT outcome, evidence, machine_evidence FROM findings WHERE call_id = 'r1-014' AND clause_id = 'hotline.taboo.contradict'")).toEqual([{ outcome: 'violated', evidence, machine_evidence: '[]' }])
    expect(rows("SELECT toUInt32(turn) AS turn, text FROM call_story(call = 'r1-014') WHERE clause_id = 'hotline.taboo.contradict'")).toEqual([{ turn, text: words }])
    expect(yuzhi('explain', '--call', 'r1-014', '--dir', dir).out).toContain(`【${words}】`)
    expect(yuzhi('review', 'r1-014', '--clause', 'hotline.taboo.contradict', '--confirm', '--reviewer', '王', '--dir', dir).code).toBe(0)
  })

  it('says which call or clause there is not', () => {
    expect(yuzhi('review', 'nobody', '--clause', 'x', '--confirm', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('库中没有通话 “nobody”') as string })
    expect(yuzhi('review', 'r1-014', '--clause', 'hotline.x', '--confirm', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('没有用条款 hotline.x 判过') as string })
    expect(yuzhi('review', 'r1-014', '--clause', '请字当头', '--overturn', '--to', '违反', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('机器判的就是违反') as string })
    expect(yuzhi('review', 'r1-014', '--clause', '请字当头', '--confirm', '--to', '违反', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('--to') as string })
    expect(yuzhi('review', 'r1-014', '--clause', '请字当头', '--confirm', '--reviewer', ' ', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('复核人') as string })
    expect(yuzhi('review', 'r1-014', '--confirm', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('缺少选项 --clause') as string })
    expect(yuzhi('review', 'r1-014', '--clause', 'hotline.x', '--dir', dir).err).toContain('--overturn')
  })
})

describe('yuzhi rescore, diff, publish', () => {
  it('tries a draft of the rules on stored calls, shows what would change, and puts it in force', () => {
    const draft = path.join(folder, 'config')
    cpSync(path.join(ROOT, 'config'), draft, { recursive: true })
    for (const id of ['hall', 'manager', 'property', 'visit']) rmSync(path.join(draft, 'standards', id), { recursive: true })
    const standard = path.join(draft, 'standards', 'hotline', 'standard.yaml')
    writeFileSync(standard, readFileSync(standard, 'utf8').replace('version: 1.0.0', 'version: 1.1.0').replace('title: 礼貌, weight: 30', 'title: 礼貌, weight: 60'))
    const before = rows('SELECT round(avg(score), 2) AS average FROM calls')
    const rescored = yuzhi('--config', draft, 'rescore', '--rubric', 'hotline@1.1.0', '--dir', dir)
    expect(rescored).toMatchObject({ code: 0, err: expect.stringContaining('完成：135 通') as string })
    // A copy of the one folder is enough: what it shares it finds in the configuration.
    const alone = path.join(folder, 'alone')
    cpSync(path.join(draft, 'standards', 'hotline'), alone, { recursive: true })
    expect(yuzhi('rescore', '--rubric', alone, '--dir', dir).err).toContain('完成：0 通')
    expect(rows('SELECT round(avg(score), 2) AS average FROM calls')).toEqual(before)
    const diff = JSON.parse(yuzhi('diff', '1.0.0', '1.1.0', '--format', 'json', '--dir', dir).out) as { calls: number; changed: number; clauses: unknown[]; moves: unknown[] }
    expect(diff).toMatchObject({ calls: 135, clauses: [] })
    expect(diff.changed).toBeGreaterThan(80)
    expect(diff.moves).toHaveLength(20)
    expect(yuzhi('diff', '1.0.0', '1.1.0', '--dir', dir).out).toContain('变化最大的通话')
    expect(yuzhi('publish', '1.1.0', '--dir', dir)).toMatchObject({ code: 0, err: expect.stringContaining('135 通，沿用复核 2 条') as string })
    expect(rows('SELECT DISTINCT rubric_version AS version FROM calls')).toEqual([{ version: '1.1.0' }])
    expect(rows("SELECT outcome FROM findings WHERE call_id = 'r1-014' AND clause_id = 'hotline.courtesy.please'")).toEqual([{ outcome: 'met' }])
    expect(yuzhi('rubrics', '--dir', dir).out).toMatch(/hotline +1\.1\.0 +135 +135/u)
    expect(yuzhi('diff', '1.0.0', '9.9.9', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('hotline@1.1.0') as string })
  })
})

describe('yuzhi export, import, forget', () => {
  it('carries everything to another store', () => {
    const backup = path.join(folder, 'backup')
    const other = path.join(folder, 'other')
    expect(yuzhi('export', backup, '--dir', dir).code).toBe(0)
    expect(yuzhi('import', backup, '--dir', other).code).toBe(0)
    const sql = 'SELECT call_id, score, reviews FROM calls ORDER BY call_id'
    expect(yuzhi('sql', sql, '--dir', other, '--format', 'csv').out).toBe(yuzhi('sql', sql, '--dir', dir, '--format', 'csv').out)
  })

  it('removes a customer and shows that nothing is left', () => {
    const { code, out } = yuzhi('forget', '--customer', 'c30835', '--dir', dir)
    expect(code).toBe(0)
    for (const table of ['scored_calls', 'score_history', 'transcripts', 'reviews']) expect(out).toMatch(new RegExp(`${table} +\\d+ +0`, 'u'))
    expect(rows("SELECT count() AS n FROM calls WHERE call_id = 'r1-001'")).toEqual([{ n: 0 }])
    expect(yuzhi('score', CALLS, '--into', dir).code).toBe(0)
    expect(rows("SELECT count() AS n FROM calls WHERE call_id = 'r1-001'")).toEqual([{ n: 0 }])
    expect(yuzhi('forget', '--dir', dir).err).toContain('--customer')
    expect(yuzhi('forget', '--call', 'nobody', '--dir', dir)).toMatchObject({ code: 0, err: expect.stringContaining('库中没有这通电话') as string })
    const nowhere = path.join(folder, 'nowhere')
    expect(yuzhi('forget', '--call', 'nobody', '--dir', nowhere)).toMatchObject({ code: 1, err: expect.stringContaining(nowhere) as string })
    expect(yuzhi('import', path.join(folder, 'no-backup'), '--dir', nowhere)).toMatchObject({ code: 1, err: expect.stringContaining('no-backup') as string })
    expect(existsSync(nowhere)).toBe(false)
  })
})

describe('yuzhi migrate', () => {
  it('applies the retention of the configuration and names a mistake in it', () => {
    const config = path.join(folder, 'kept')
    cpSync(path.join(ROOT, 'config'), config, { recursive: true })
    writeFileSync(path.join(config, 'store.yaml'), 'retention:\n  transcripts: 180\n')
    expect(yuzhi('--config', config, 'migrate', '--dir', dir).err).toContain('transcripts')
    writeFileSync(path.join(config, 'store.yaml'), 'retention:\n  transcripts: soon\nprivacy:\n  mask: [phones]\n')
    const { code, err } = yuzhi('--config', config, 'migrate', '--dir', dir)
    expect(code).toBe(1)
    expect(err).toContain('store.yaml: retention.transcripts')
    expect(err).toContain('store.yaml: privacy.mask.0')
  })
})

describe('yuzhi report', () => {
  it('writes one page that needs nothing else, and Markdown', () => {
    const file = path.join(folder, 'r.html')
    expect(yuzhi('report', '--day', '2026-02-17', '--days', '365', '--out', file, '--dir', dir).code).toBe(0)
    const page = readFileSync(file, 'utf8')
    expect(page.match(/<svg/gu)).toHaveLength(4)
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//u)
    expect(yuzhi('report', '--format', 'md', '--dir', dir).out).toMatch(/^# 服务质量报告 2026-03-12\n/u)
    expect(yuzhi('report', '--day', '1999-01-01', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('1999-01-01') as string })
  })

  it('tells calls of several standards apart, or shows those of one', () => {
    const call = JSON.parse(readFileSync(CALLS, 'utf8').split('\n')[0]) as object
    const lines = ['hotline', 'property'].map((standard) => JSON.stringify({ ...call, standard, call_id: standard }))
    writeFileSync(path.join(folder, 'two.jsonl'), lines.join('\n'))
    const two = path.join(folder, 'two')
    // The draft of another test lies in this folder.
    yuzhi('score', path.join(folder, 'two.jsonl'), '--into', two, '--config', path.join(ROOT, 'config'))
    const both = yuzhi('report', '--format', 'md', '--dir', two).out
    expect(both).toMatch(/\| 热线服务规范 \| 1 \|/u)
    expect(both).toMatch(/\| [^|]+（客户服务管理体系） \| 1 \| 1 \| 100% \|/u)
    expect(both).toMatch(/^### property：.*，客户服务管理体系$/mu)
    const one = yuzhi('report', '--format', 'md', '--standard', 'hotline', '--dir', two).out
    expect(one).toMatch(/^1 通，/mu)
    expect(one).not.toContain('property')
    expect(yuzhi('report', '--standard', 'hal', '--dir', two)).toMatchObject({ code: 1, err: '未知规范 “hal”；现有：hotline, property\n' })
  })
})

describe('yuzhi sql', () => {
  it('takes parameters, and hands Excel a table that it reads as Chinese', () => {
    const asked = ['sql', 'SELECT call_id FROM calls WHERE call_id = {id:String}', '--dir', dir, '--param']
    expect(yuzhi(...asked, 'id=r1-014', '--format', 'excel').out).toBe('\u{FEFF}"call_id"\n"r1-014"\n')
    expect(yuzhi(...asked, "id=' OR 1=1 --", '--format', 'jsonl').out).toBe('')
    expect(yuzhi(...asked, 'r1-014')).toMatchObject({ code: 1, err: expect.stringContaining('name=value') as string })
  })
})

describe('yuzhi sql --serve', () => {
  it('asks for a password, serves, and ends when it is told to', async () => {
    expect(yuzhi('sql', 'SELECT 1', '--serve', '--dir', dir).code).toBe(1)
    expect(yuzhi('sql', '--serve', '--param', 'a=b', '--dir', dir).err).toMatch(/^选项 --serve 不能和 --param/u)
    expect(yuzhi('sql', '--serve', '--dir', dir)).toMatchObject({ code: 1, err: expect.stringContaining('YUZHI_SQL_PASSWORD') as string })
    const server = spawn(process.execPath, [YUZHI, 'sql', '--serve', '--port', '0', '--dir', dir], { env: { ...process.env, YUZHI_SQL_PASSWORD: 'pass' }, stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise<number | null>((resolve) => { server.on('exit', resolve) })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = ''
        server.stderr.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(text)
          if (found !== null) resolve(found[0])
        })
        server.on('exit', () => { reject(new Error(text)) })
      })
      const response = await fetch(`${url}/?query=${encodeURIComponent('SELECT count() > 100 FROM calls')}`, { headers: { 'X-ClickHouse-User': 'reader', 'X-ClickHouse-Key': 'pass' } })
      expect(await response.text()).toBe('1\n')
      server.kill('SIGTERM')
      expect(await ended).toBe(0)
    } finally {
      server.kill('SIGKILL')
    }
  })
})
