import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClauseOutcome, type ClauseWeight, pointsBehind, sharePoints } from './score-points.js'

const plain: ClauseWeight = { dimension: 'a', share: 1, add: 0, deduct: 0, each: false, cap: Infinity, ceiling: undefined }
const met: ClauseOutcome = { outcome: 'met', times: 1 }
const violated: ClauseOutcome = { outcome: 'violated', times: 1 }
const none: ClauseOutcome = { outcome: 'not_applicable', times: 0 }
const dimensions = new Map([['a', 60], ['b', 40]])

const amount = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100)
const weight: fc.Arbitrary<ClauseWeight> = fc.record({
  dimension: fc.constantFrom('a', 'b', 'c'),
  share: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
  add: fc.oneof(fc.constant(0), amount),
  deduct: fc.oneof(fc.constant(0), amount),
  each: fc.boolean(),
  cap: fc.oneof(fc.constant(Infinity), amount),
  ceiling: fc.oneof(fc.constant(undefined), amount),
})
const outcome: fc.Arbitrary<ClauseOutcome> = fc.constantFrom('met', 'violated', 'not_applicable').chain((name) => fc.integer({ min: 1, max: 5 }).map((times) => ({ outcome: name, times: name === 'not_applicable' ? 0 : times })))
const rubric = fc.array(fc.tuple(weight, outcome), { minLength: 1, maxLength: 25 })

const hundredths = (value: number): number => Math.round(value * 100)

describe('sharePoints', () => {
  it('accounts for every point of the score, for any rubric and any outcomes', () => {
    fc.assert(
      fc.property(rubric, fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 100 })), fc.integer({ min: 0, max: 100 }), (clauses, shares, base) => {
        const result = sharePoints(clauses.map(([w]) => w), clauses.map(([, o]) => o), new Map(Object.entries(shares)), base)
        const sum = result.points.reduce((total, points) => total + hundredths(points), hundredths(result.base))
        expect(sum).toBe(hundredths(result.score))
        expect(result.score).toBeGreaterThanOrEqual(0)
        expect(result.score).toBeLessThanOrEqual(100)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives nothing and takes nothing for what is not applicable', () => {
    fc.assert(
      fc.property(rubric, (clauses) => {
        const { points } = sharePoints(clauses.map(([w]) => w), clauses.map(([, o]) => o), dimensions, 0)
        for (const [i, [, { outcome: name }]] of clauses.entries()) if (name === 'not_applicable') expect(points[i]).toBe(0)
      }),
    )
  })

  it('is 100 where every applicable clause is met', () => {
    expect(sharePoints([plain, plain, { ...plain, dimension: 'b' }], [met, none, met], dimensions, 0)).toMatchObject({ score: 100, base: 0, points: [60, 0, 40], fatal: false })
  })

  it('leaves a dimension without applicable clauses out of the denominator', () => {
    expect(sharePoints([plain, plain, { ...plain, dimension: 'b' }], [met, violated, none], dimensions, 0)).toMatchObject({ score: 50, points: [50, 0, 0] })
    expect(pointsBehind([plain, plain, { ...plain, dimension: 'b' }], [met, violated, none], dimensions, 0)).toMatchObject({ worth: [50, 50, 0] })
  })

  it('deducts once or each time, up to the cap', () => {
    const deducting = { ...plain, share: 0, deduct: 4 }
    expect(sharePoints([deducting], [{ outcome: 'violated', times: 3 }], dimensions, 0).score).toBe(96)
    expect(sharePoints([{ ...deducting, each: true }], [{ outcome: 'violated', times: 3 }], dimensions, 0).score).toBe(88)
    expect(sharePoints([{ ...deducting, each: true, cap: 10 }], [{ outcome: 'violated', times: 3 }], dimensions, 0).score).toBe(90)
  })

  it('charges a veto to the clause that was violated', () => {
    const veto = { ...plain, ceiling: 59 }
    expect(sharePoints([plain, plain, plain, veto], [met, met, met, violated], dimensions, 0)).toMatchObject({ score: 59, base: 0, points: [25, 25, 25, -16], fatal: true })
    expect(pointsBehind([plain, plain, plain, veto], [met, met, met, violated], dimensions, 0)).toEqual({ worth: [25, 25, 25, 25], uncut: [25, 25, 25, 0] })
    expect(sharePoints([plain, { ...plain, ceiling: 0 }], [met, violated], dimensions, 0)).toMatchObject({ score: 0, fatal: true })
  })

  it('is the base where no clause that earns is applicable', () => {
    expect(sharePoints([plain], [none], dimensions, 0)).toMatchObject({ score: 100, base: 100, points: [0], fatal: false })
    expect(sharePoints([plain], [violated], dimensions, 30)).toMatchObject({ score: 30, base: 30 })
  })
})
