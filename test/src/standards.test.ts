import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { PRIVATE_KINDS } from '@yuzhi/privacy'
import { coverageOf, editorSchemas, fileCache, policeRules, type Rubric, Shelf, testRules } from '@yuzhi/rules'
import { Call, jsonSchemas, Score } from '@yuzhi/schemas'
import { scoreInput, scoreInputs } from '@yuzhi/scoring'
import { beforeAll, describe, expect, it } from 'vitest'
import { agreementOf, precisionOf, readRounds } from './judge.js'
import { CACHE, CONFIG, FIXTURES } from './paths.js'

/** What is asked of every standard's rules after they have learned from the rounds. */
const FLOORS = { agreement: 0.93, precision: 0.9, inTurn: 0.95 }
const STANDARDS = [
  { id: 'hall', clauses: 21 },
  { id: 'hotline', clauses: 21 },
  { id: 'manager', clauses: 31 },
  { id: 'property', clauses: 36 },
  { id: 'visit', clauses: 20 },
]

const shelf = Shelf.open(CONFIG, undefined, fileCache(CACHE))
const rubrics = new Map<string, Rubric>()
let rubric: Rubric

function rubricOf(id: string): Rubric {
  const found = rubrics.get(id)
  if (found === undefined) throw new Error(`no standard "${id}"`)
  return found
}

beforeAll(() => {
  for (const rules of shelf.ruleSets) rubrics.set(rules.standard.id, shelf.compile(rules))
  rubric = rubricOf('hotline')
}, 240_000)

describe.each(STANDARDS)('the rubric of $id', ({ id, clauses }) => {
  it('decides every observable clause of its catalogue', () => {
    expect(coverageOf(rubricOf(id).rules)).toMatchObject({ decided: clauses, observable: clauses, missing: [], extra: [] })
  })

  it('passes every example that it carries, and owes none', () => {
    const { passed, failed } = testRules(rubricOf(id))
    expect(failed).toEqual([])
    expect(passed).toBeGreaterThan(3500)
    expect(policeRules(rubricOf(id), new Set([...rubrics.values()].flatMap(({ signals }) => [...signals.used])))).toEqual([])
  })

  it('has learned from enough, and varied, examples', () => {
    const { rules, signals } = rubricOf(id)
    for (const name of signals.names) {
      const spec = rules.signals.get(name)
      const [fewestHits, fewestMisses] = spec?.similar === undefined ? [8, 8] : [spec.family === 'rude' ? 60 : 40, 15]
      expect([name, (spec?.hits ?? []).length >= fewestHits, (spec?.misses ?? []).length >= fewestMisses]).toEqual([name, true, true])
    }
  })

  it('has two dialogues for each outcome that a clause can have', () => {
    for (const { id: clause, when, unless, tests } of rubricOf(id).rules.clauses) {
      const counts = { met: 0, violated: 0, not_applicable: 0 }
      for (const test of tests) counts[test.met !== undefined ? 'met' : test.violated !== undefined ? 'violated' : 'not_applicable']++
      const least = Math.min(counts.met, counts.violated, when === undefined && unless === undefined ? Infinity : counts.not_applicable)
      expect([clause, least >= 2]).toEqual([clause, true])
    }
  })

  it('agrees with the labelled calls as well as when it last learned from them', () => {
    const { all } = agreementOf(readRounds(id).flatMap(({ cases }) => cases), rubricOf(id).score)
    expect(all.right / all.labels).toBeGreaterThan(FLOORS.agreement)
    expect(precisionOf(all)).toBeGreaterThan(FLOORS.precision)
    expect(all.inTurn / all.placed).toBeGreaterThan(FLOORS.inTurn)
  })
})

const demoCalls = (): Call[] => readFileSync(`${FIXTURES}/demo-calls.jsonl`, 'utf8').trim().split('\n').map((line) => Call.parse(JSON.parse(line)))

describe('any rubric', () => {
  it('shows as evidence exactly what stands in the turn, and accounts for every point', () => {
    for (const call of demoCalls()) {
      const score = Score.parse(rubric.score(call))
      for (const { evidence, outcome, reason } of score.clauses) {
        expect(reason).not.toMatch(/[{}]|undefined/u)
        if (outcome === 'not_applicable') expect(evidence).toEqual([])
        for (const { turn, start, end, text } of evidence) expect(call.turns[turn].text.slice(start, end)).toBe(text)
      }
      const hundredths = score.clauses.reduce((sum, { points }) => sum + Math.round(points * 100), Math.round(score.base * 100))
      expect(hundredths).toBe(Math.round(score.score * 100))
    }
  })

  it('scores any text without failing, with evidence that is really there', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(fc.constantFrom('您好', '谢谢', '請稍等', '[UNK]', '😀', '\ud800', '你识字吗', '不客气', ' ', '，', '一百二十八元', '嗯嗯嗯'), { maxLength: 8 }).map((parts) => parts.join('')))
    const turn = fc.record({ role: fc.constantFrom('agent', 'customer', 'system'), text })
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
        const call = Call.parse({ call_id: 'any', started_at: '2026-10-01T10:00:00+08:00', turns })
        for (const { evidence } of rubric.score(call).clauses) {
          for (const item of evidence) expect(call.turns[item.turn].text.slice(item.start, item.end)).toBe(item.text)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('reads traditional characters and full-width text as it reads the plain ones', () => {
    const say = (agent: string): string[] => rubric.score(Call.parse({ call_id: 'x', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: agent }, { role: 'customer', text: '好' }] })).clauses.map(({ outcome }) => outcome)
    expect(say('您好，請問有什麼可以幫您，請您稍等')).toEqual(say('您好，请问有什么可以帮您，请您稍等'))
  })
})

describe('a batch of calls of all standards', () => {
  it('gives what each gives alone, in the order of the calls, bad ones in their places', () => {
    const values = demoCalls().map((call, i) => (i % 7 === 6 ? '{' : JSON.stringify({ ...call, standard: STANDARDS[i % STANDARDS.length].id })))
    const inputs = values.map((value, i) => ({ value: Buffer.from(value), source: `t/0/${i}`, position: i, time: '2026-03-31T00:00:00.000Z' }))
    const options = { privacy: { mask: [...PRIVATE_KINDS] }, maxCallBytes: 1e7 }
    const results = scoreInputs(shelf, inputs, options)
    expect(new Set(results.map((result) => (result.ok ? result.rubric : result.code))).size).toBe(STANDARDS.length + 1)
    expect(results).toEqual(inputs.map((input) => scoreInput(shelf, input, options)))
  })
})

describe('the schemas in config/schema', () => {
  it('are those of the code; `npx yuzhi rules schema` writes them', () => {
    const schemas = { ...editorSchemas(), ...jsonSchemas() }
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(readFileSync(`${CONFIG}/schema/${name}`, 'utf8')), name).toEqual(JSON.parse(JSON.stringify(schema)))
    }
  })
})
