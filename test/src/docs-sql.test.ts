import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openReader, type Reader } from '@yuzhi/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readQuestions } from './answer-questions.js'
import { fillDemoStore } from './demo-store.js'
import { CONFIG, ROOT } from './paths.js'

const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-docs-'))
let reader: Reader

beforeAll(async () => {
  await fillDemoStore(dir)
  reader = await openReader({ dir })
})

afterAll(async () => {
  await reader.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('docs/sql.md', () => {
  const questions = readQuestions(readFileSync(`${ROOT}docs/sql.md`, 'utf8'))

  it('answers twenty-five questions', () => {
    expect(questions.map(({ title }) => Number.parseInt(title, 10))).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
  })

  it.each(questions)('$title', async ({ sql, answer }) => {
    // After a change of rules `npm run docs` writes the new answers.
    expect((await reader.run(sql, 'Markdown')).trim()).toBe(answer)
    expect(answer.split('\n').length).toBeGreaterThan(2)
  })
})

interface Panel {
  id: number
  title: string
  targets: { rawSql: string }[]
}

/** What the plugin makes of its macros for all of the demo calls. */
function expandMacros(sql: string): string {
  return sql
    .replace(/\$__timeFilter\((\w+)\)/gu, "$1 >= toDateTime64('2024-01-01 00:00:00', 3) AND $1 <= toDateTime64('2026-12-31 00:00:00', 3)")
    .replace(/\$__dateFilter\((\w+)\)/gu, "$1 >= toDate('2024-01-01') AND $1 <= toDate('2026-12-31')")
}

describe('config/grafana/dashboard.json', () => {
  const { panels } = JSON.parse(readFileSync(`${CONFIG}/grafana/dashboard.json`, 'utf8')) as { panels: Panel[] }
  const targets = panels.flatMap(({ title, targets: all }) => all.map(({ rawSql }) => ({ title, rawSql })))

  it('has panels with numbers of their own', () => {
    expect(targets.length).toBeGreaterThanOrEqual(8)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })

  it.each(targets)('$title has an answer', async ({ rawSql }) => {
    const sql = expandMacros(rawSql)
    expect(sql).not.toContain('$__')
    expect((await reader.run(sql, 'TSV')).trim()).not.toBe('')
  })
})
