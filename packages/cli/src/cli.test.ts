import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Score } from '@yuzhi/schemas'
import { describe, expect, it } from 'vitest'

const YUZHI = fileURLToPath(new URL('../bin/yuzhi.mjs', import.meta.url))
const CALLS = fileURLToPath(new URL('../../../test/fixtures/demo-calls.jsonl', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-cli-'))

function yuzhi(args: readonly string[], input?: string | Buffer): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [YUZHI, ...args], { input, encoding: 'utf8', timeout: 50_000, maxBuffer: 256 * 1024 * 1024 })
  return { code: status, out: stdout, err: stderr }
}

function call(id: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ call_id: id, standard: 'hotline', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: '您好' }, { role: 'customer', text: '谢谢' }], ...fields })
}

function file(name: string, content: string | Buffer): string {
  const full = path.join(folder, name)
  writeFileSync(full, content)
  return full
}

const ids = (out: string): string[] => out.trim().split('\n').map((line) => (JSON.parse(line) as Score).call_id)

describe('yuzhi score', () => {
  it('writes one score a line in the order of the input, and nothing else', () => {
    const { code, out } = yuzhi(['score', file('two.jsonl', `${call('a')}\n${call('b')}\n`), '--format', 'jsonl'])
    expect(code).toBe(0)
    const scores = out.trim().split('\n').map((line) => Score.parse(JSON.parse(line)))
    expect(scores.map(({ call_id: id }) => id)).toEqual(['a', 'b'])
    for (const score of scores) {
      expect(score.clauses).toHaveLength(21)
      expect(Math.round(score.clauses.reduce((sum, { points }) => sum + points * 100, score.base * 100))).toBe(Math.round(score.score * 100))
    }
  })

  it('gives the same bytes for the same calls', () => {
    expect(yuzhi(['score', CALLS, '--format', 'jsonl']).out).toBe(yuzhi(['score', CALLS, '--format', 'jsonl']).out)
  })

  it('reads standard input', () => {
    expect(ids(yuzhi(['score', '-', '--format', 'jsonl'], call('stdin')).out)).toEqual(['stdin'])
  })

  it('reports every bad line with file, line and field, scores the rest, and exits with 1', () => {
    const bad = file(
      'bad.jsonl',
      Buffer.concat([
        Buffer.from(`${call('good-1')}\n${call('cut').slice(0, -20)}\n`),
        Buffer.from('{"call_id": "'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n'),
        Buffer.from(`${call('types', { ring_ms: 'long', turns: [{ role: 'robot', text: 1 }] })}\n`),
        Buffer.from(`${call('standard', { standard: 'hotlin' })}\n`),
        Buffer.from(`${call('empty', { turns: [] })}\n`),
        Buffer.from(`${call('order', { turns: [{ role: 'agent', text: '一', start_ms: 900 }, { role: 'agent', text: '二', start_ms: 100 }] })}\n`),
        Buffer.from(`${call('negative', { turns: [{ role: 'agent', text: '一', start_ms: -1 }] })}\n`),
        Buffer.from(`${call('good-1')}\n\n   \n${call('good-2')}\n`),
      ]),
    )
    const { code, out, err } = yuzhi(['score', bad, '--format', 'jsonl', '--lang', 'en'])
    expect(code).toBe(1)
    expect(ids(out)).toEqual(['good-1', 'good-2'])
    expect(err.split('\n').filter((line) => line.startsWith(bad)).map((line) => line.slice(bad.length))).toEqual([
      expect.stringMatching(/^:2: invalid_json: /u),
      ':3: invalid_utf8: not UTF-8 at byte 14',
      expect.stringMatching(/^:4: ring_ms: /u),
      expect.stringMatching(/^:4: turns\.0\.role: /u),
      expect.stringMatching(/^:4: turns\.0\.text: /u),
      ':5: standard: unknown standard "hotlin"; there are: hall, hotline, manager, property, visit',
      expect.stringMatching(/^:6: turns: /u),
      expect.stringMatching(/^:7: turns\.1\.start_ms: starts at 100, before an earlier turn \(900\)/u),
      expect.stringMatching(/^:8: turns\.0\.start_ms: /u),
      ':9: call_id: good-1 came before in this input and counts once',
    ])
  })

  it('scores a call of 100,000 turns and a turn of 10 MB', () => {
    const many = call('many', { turns: Array.from({ length: 100_000 }, (_, i) => ({ role: i % 2 === 0 ? 'agent' : 'customer', text: i % 2 === 0 ? '好的请您稍等' : '谢谢' })) })
    const long = call('long', { turns: [{ role: 'agent', text: '您好请您稍等我马上帮您查询一下这个月的话费账单。'.repeat(150_000) }] })
    const { code, out } = yuzhi(['score', file('large.jsonl', `${many}\n${long}\n`), '--format', 'jsonl'])
    expect(code).toBe(0)
    expect(ids(out)).toEqual(['many', 'long'])
  })

  it('suggests the standard that was meant', () => {
    const { code, err } = yuzhi(['score', CALLS, '--standard', 'hotlin'])
    expect(code).toBe(1)
    expect(err).toContain('是不是 “hotline”')
  })

  it('says in one line that a file cannot be read', () => {
    const { code, err } = yuzhi(['score', path.join(folder, 'none.jsonl')])
    expect(code).toBe(1)
    expect(err).toContain('none.jsonl')
    expect(err).not.toContain('    at ')
  })
})

describe('yuzhi with a store', () => {
  const dir = path.join(folder, 'store')

  it('stores scores, answers SQL, lists the worst, and counts a call stored twice once', () => {
    expect(yuzhi(['score', CALLS, '--format', 'jsonl', '--into', dir]).code).toBe(0)
    expect(yuzhi(['score', CALLS, '--format', 'jsonl', '--into', dir]).code).toBe(0)
    const count = yuzhi(['sql', 'SELECT count() AS n FROM calls', '--dir', dir, '--format', 'jsonl'])
    expect(JSON.parse(count.out)).toEqual({ n: 135 })
    expect(yuzhi(['sql', 'SELECT clause_id FROM findings LIMIT 1', '--dir', dir, '--format', 'csv']).out).toMatch(/^"clause_id"\n"hotline\./u)
    const worst = yuzhi(['worst', '--n', '3', '--dir', dir, '--clause', 'hotline.taboo.contempt'])
    expect(worst.out.trim().split('\n')).toHaveLength(5)
    expect(worst.out).toContain('蔑视语')
  })

  it('refuses SQL that reads files, and says so', () => {
    const { code, err } = yuzhi(['sql', "SELECT * FROM file('/etc/passwd')", '--dir', dir])
    expect(code).toBe(1)
    expect(err).toBe('不允许的 SQL：不能用表函数 file\n')
  })

  it('tells in Chinese what ClickHouse says in English', () => {
    expect(yuzhi(['sql', 'SELECT nothing FROM calls', '--dir', dir]).err).toMatch(/^没有这个表、列或函数（.*nothing/u)
    expect(yuzhi(['sql', 'SELEC 1', '--dir', dir]).err).toMatch(/^SQL 写法有误（(?!.*formatQuery)/u)
    expect(yuzhi(['sql', 'SELECT nothing FROM calls', '--dir', dir, '--lang', 'en']).err).toMatch(/^Unknown expression/u)
  })

  it('says how to fill a store where there is none', () => {
    const { code, err } = yuzhi(['sql', 'SELECT 1', '--dir', path.join(folder, 'nowhere')])
    expect(code).toBe(1)
    expect(err).toContain('--into')
  })
})

describe('yuzhi explain', () => {
  it('shows turns with their evidence marked, the points beside them, and the sum', () => {
    const { code, out } = yuzhi(['explain', CALLS, '--call', 'r1-006'])
    expect(code).toBe(0)
    expect(out).toContain('【')
    expect(out).toMatch(/✗ +-\d+\.\d\d {2}蔑视语、讽刺语 {2}\(hotline\.taboo\.contempt\)/u)
    expect(out).toMatch(/合计 \d+/u)
  })

  it('says which call is not there', () => {
    expect(yuzhi(['explain', CALLS, '--call', 'zzz']).err).toContain('没有通话 zzz')
  })
})

describe('yuzhi rules', () => {
  it('finds no mistake in the rules that ship, and decides all 21 observable clauses of the hotline', () => {
    expect(yuzhi(['rules', 'check']).code).toBe(0)
    const coverage = yuzhi(['rules', 'coverage', '--standard', 'hotline'])
    expect(coverage.code).toBe(0)
    expect(coverage.out).toContain('21/21')
    expect(coverage.out).toContain('hotline.tone.smile')
  })

  it('shows which signals an utterance has', () => {
    expect(yuzhi(['rules', 'try', '请您烧等一下']).out).toMatch(/ask_wait .*sound/u)
    expect(yuzhi(['rules', 'list', '--standard', 'hotline']).out).toContain('hotline.open.greeting')
  })
})

describe('yuzhi --help', () => {
  it('speaks Chinese, and English where asked, with examples for each command', () => {
    expect(yuzhi(['--help']).out).toContain('按成文服务规范')
    for (const command of [['score'], ['explain'], ['sql'], ['worst'], ['rules', 'check'], ['rules', 'try']]) {
      expect(yuzhi([...command, '--help', '--lang', 'en']).out).toMatch(/Examples:\n {2}\$ yuzhi /u)
    }
  })
})
