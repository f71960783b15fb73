import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { coverageOf, editorSchemas, policeRules, type Rubric, Shelf, testRules } from '@yuzhi/rules'
import { Call, jsonSchemas, Score } from '@yuzhi/schemas'
import { beforeAll, describe, expect, it } from 'vitest'
import { agreementOf, readRounds } from './judge.js'
import { CONFIG, FIXTURES } from './paths.js'

let rubric: Rubric

beforeAll(() => {
  const shelf = Shelf.open(CONFIG, 'hotline')
  rubric = shelf.compile(shelf.ruleSets[0])
})

const demoCalls = (): Call[] => readFileSync(`${FIXTURES}/demo-calls.jsonl`, 'utf8').trim().split('\n').map((line) => Call.parse(JSON.parse(line)))

describe('the hotline rubric', () => {
  it('decides all 21 observable clauses of its catalogue', () => {
    expect(coverageOf(rubric.rules)).toMatchObject({ decided: 21, observable: 21, missing: [], extra: [] })
  })

  it('passes every example that it carries, and owes none', () => {
    const { passed, failed } = testRules(rubric)
    expect(failed).toEqual([])
    expect(passed).toBeGreaterThan(3500)
    expect(policeRules(rubric)).toEqual([])
  })

  it('agrees with the labelled calls as well as when it last learned from them', () => {
    for (const [name, cases] of readRounds()) {
      const { agreement, precision, evidence } = agreementOf(cases, rubric.score)
      expect(agreement, name).toBeGreaterThan(0.95)
      expect(precision, name).toBeGreaterThan(0.93)
      expect(evidence, name).toBeGreaterThan(0.95)
    }
  })

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

describe('the schemas in config/schema', () => {
  it('are those of the code; `npx yuzhi rules schema` writes them', () => {
    const schemas = { ...editorSchemas(), ...jsonSchemas() }
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(readFileSync(`${CONFIG}/schema/${name}`, 'utf8')), name).toEqual(JSON.parse(JSON.stringify(schema)))
    }
  })
})
