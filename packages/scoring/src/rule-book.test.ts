import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PRIVATE_KINDS, type PrivacyOptions } from '@yuzhi/privacy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRuleBook, type RuleBook } from './rule-book.js'
import { openScoringPool, RulesBroken } from './scoring-pool.js'
import type { Input } from './score-input.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const folder = path.join(mkdtempSync(path.join(tmpdir(), 'yuzhi-rules-test-')), 'config')
cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
// One standard is enough here, and its tests take less long.
for (const id of ['hall', 'manager', 'property', 'visit']) rmSync(path.join(folder, 'standards', id), { recursive: true })
const STANDARD = path.join(folder, 'standards', 'hotline', 'standard.yaml')
const options = { config: folder, cache: path.join(ROOT, 'node_modules', '.cache', 'yuzhi'), threads: 2, privacy: { mask: [...PRIVATE_KINDS] }, callTimeoutMs: 20_000, maxCallBytes: 1e7 }

const inputOf = (call: object, i = 0): Input => ({ value: Buffer.from(JSON.stringify(call)), source: `t/0/${i}`, position: i, time: '2026-03-31T00:00:00.000Z' })
const call = (id: string, turns = 4): object => ({ call_id: id, standard: 'hotline', started_at: '2026-03-12T10:00:00+08:00', turns: Array.from({ length: turns }, (_, i) => ({ role: i % 2 === 0 ? 'agent' : 'customer', text: i === 0 ? '您好，请问有什么可以帮您' : '嗯，我手机号是13812345678' })) })

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('not in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a pool of scoring threads', () => {
  it('gives results in the order of the inputs, the same bytes each time, masked, with bad ones in their places', async () => {
    const pool = await openScoringPool(options)
    const inputs = Array.from({ length: 100 }, (_, i) => (i % 10 === 3 ? { ...inputOf({}), value: Buffer.from('{"call_id":') } : inputOf(call(`c${i}`), i)))
    const [once, again] = [await pool.score(inputs), await pool.score(inputs)]
    expect(once.map((result, i) => (result.ok ? result.callId : `${i}`))).toEqual(inputs.map((_, i) => (i % 10 === 3 ? `${i}` : `c${i}`)))
    expect(again).toEqual(once)
    const [first] = once
    expect(first.ok && Buffer.from(first.value).toString('utf8')).not.toContain('13812345678')
    await pool.close()
  })

  it('gives up a call that takes too long, scores the others of its chunk, and works on', async () => {
    const pool = await openScoringPool({ ...options, threads: 1, callTimeoutMs: 300 })
    const results = await pool.score([inputOf(call('a')), inputOf(call('endless', 120_000)), inputOf(call('b'))])
    expect(results.map((result) => (result.ok ? result.callId : result.code))).toEqual(['a', 'too_slow', 'b'])
    await pool.close()
  })
})

describe('the book of rules', () => {
  let book: RuleBook
  const cache = mkdtempSync(path.join(tmpdir(), 'yuzhi-cache-test-'))
  cpSync(options.cache, cache, { recursive: true, filter: (name) => !path.basename(name).startsWith('rules-') })
  const inUse = { ...options, cache, readPrivacy: (from: string): PrivacyOptions => ({ mask: readFileSync(path.join(from, 'store.yaml'), 'utf8').includes('phone') ? [...PRIVATE_KINDS] : [] }), threads: 1 }
  const announced: string[][] = []
  const refused: string[] = []
  beforeAll(async () => {
    book = await openRuleBook({ ...inUse, pollMs: 100, announce: (rubrics) => { announced.push(rubrics.map(({ hash }) => hash)); return Promise.resolve() }, onRefused: (reason) => { refused.push(reason) } })
  }, 60_000)
  afterAll(() => book.close())

  it('takes changed rules once they passed their own tests, and announces them before', async () => {
    const [{ hash }] = book.current().rubrics
    const text = readFileSync(STANDARD, 'utf8')
    writeFileSync(STANDARD, text.replace(/^version: .*$/mu, 'version: 9.9.9'))
    await until(() => book.current().rubrics[0].version === '9.9.9')
    expect(announced).toEqual([[hash], [book.current().rubrics[0].hash]])
    expect(announced[0]).not.toEqual(announced[1])
    const results = await book.use((pool) => pool.score([inputOf(call('x'))]))
    expect(results[0].ok && results[0].rubric).toBe(announced[1][0])
  }, 90_000)

  it('keeps the old ones where the new have a mistake, and names its place in the file of the author', async () => {
    const before = book.current()
    writeFileSync(STANDARD, `${readFileSync(STANDARD, 'utf8')}\nnonsense: 3\n`)
    await until(() => refused.length > 0)
    expect(refused[0]).toContain(STANDARD)
    expect(book.current()).toBe(before)
    expect((await book.use((pool) => pool.score([inputOf(call('y'))])))[0].ok).toBe(true)
  }, 60_000)

  it('begins with the last that passed where the new ones are refused, and not at all where there are none', async () => {
    const why: string[] = []
    const start = (from: string): Promise<RuleBook> => openRuleBook({ ...inUse, cache: from, pollMs: 0, announce: () => Promise.resolve(), onRefused: (reason) => { why.push(reason) } })
    const begun = await start(cache)
    expect(why[0]).toContain(STANDARD)
    expect(begun.current().rubrics).toEqual(book.current().rubrics)
    await begun.close()
    await expect(start(mkdtempSync(path.join(tmpdir(), 'yuzhi-cache-test-')))).rejects.toBeInstanceOf(RulesBroken)
  }, 60_000)

  it('masks what the changed folder says', async () => {
    writeFileSync(STANDARD, readFileSync(STANDARD, 'utf8').replace('nonsense: 3\n', ''))
    writeFileSync(path.join(folder, 'store.yaml'), 'privacy:\n  mask: []\n')
    const before = book.current()
    await until(() => book.current() !== before)
    const [result] = await book.use((pool) => pool.score([inputOf(call('z'))]))
    expect(result.ok && Buffer.from(result.value).toString('utf8')).toContain('13812345678')
  }, 60_000)
})
