import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { formatFault, type Rubric, Shelf, testRules } from '@yuzhi/rules'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CONFIG, ROOT } from './paths.js'

interface Example {
  signals?: Record<string, unknown>
  clauses?: unknown[]
}

const PAGE = readFileSync(`${ROOT}docs/operators.md`, 'utf8')
const examples = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/gu)].map(([, yaml]) => parse(yaml) as Example)
const signals: Record<string, unknown> = Object.assign({}, ...examples.map((example) => example.signals ?? {})) as Record<string, unknown>
const written = examples.flatMap(({ clauses = [] }) => clauses)

let folder: string
let rubric: Rubric

/** A standard of all examples of the page; each signal has a clause of its own, so that it is used. */
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/yuzhi-operators-`)
  const standard = `${folder}/standards/operators`
  mkdirSync(`${standard}/signals`, { recursive: true })
  mkdirSync(`${standard}/clauses`)
  cpSync(`${CONFIG}/background`, `${folder}/background`, { recursive: true })
  const using = Object.keys(signals).map((name) => ({ id: `operators.use.${name}`, title: name, dimension: 'all', share: 1, expect: name }))
  writeFileSync(`${standard}/standard.yaml`, JSON.stringify({ id: 'operators', title: 'operators', version: '1.0.0', base: 50, dimensions: { all: { title: 'all', weight: 50 } }, bands: [{ grade: 'any', from: 0 }] }))
  writeFileSync(`${standard}/signals/all.yaml`, JSON.stringify({ signals }))
  writeFileSync(`${standard}/clauses/all.yaml`, JSON.stringify({ clauses: [...written, ...using] }))
  const shelf = Shelf.open(folder)
  rubric = shelf.compile(shelf.ruleSets[0])
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('docs/operators.md', () => {
  it('has examples that come out as the page says', () => {
    const { passed, failed } = testRules(rubric)
    expect(failed.map((fault) => formatFault(fault))).toEqual([])
    expect(passed).toBeGreaterThan(90)
  })

  it('has an example for every row of its table', () => {
    const links = [...PAGE.matchAll(/\]\(#([a-z-]+)\)/gu)].map(([, anchor]) => anchor)
    const headings = [...PAGE.matchAll(/^## (.+)$/gmu)].map(([, title]) => title.toLowerCase().replace(/[^a-z -]/gu, '').trim().replaceAll(' ', '-'))
    expect(links.filter((link) => !headings.includes(link))).toEqual([])
    expect(headings).toHaveLength(examples.length)
  })
})
