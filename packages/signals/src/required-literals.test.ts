import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requiredLiterals } from './required-literals.js'
import { soughtIn, TextTrace } from './text-trace.js'

/** A pattern, and a text that it matches. */
interface Matched {
  pattern: string
  text: string
}

const character = fc.constantFrom('卡', '证', '还', '您', '了', 'a', '5')
const { matched } = fc.letrec<{ matched: Matched }>((tie) => ({
  matched: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    character.map((one): Matched => ({ pattern: one, text: one })),
    fc.tuple(fc.uniqueArray(character, { minLength: 1, maxLength: 4 }), fc.nat()).map(([all, pick]): Matched => ({ pattern: `[${all.join('')}]`, text: all[pick % all.length] })),
    fc.constant<Matched>({ pattern: '[^，。]', text: '呃' }),
    fc.tuple(tie('matched'), tie('matched')).map(([a, b]): Matched => ({ pattern: a.pattern + b.pattern, text: a.text + b.text })),
    fc.tuple(tie('matched'), tie('matched'), fc.boolean()).map(([a, b, isFirst]): Matched => ({ pattern: `(?:${a.pattern}|${b.pattern})`, text: isFirst ? a.text : b.text })),
    fc.tuple(tie('matched'), fc.boolean()).map(([a, isThere]): Matched => ({ pattern: `(?:${a.pattern})?`, text: isThere ? a.text : '' })),
    fc.tuple(tie('matched'), fc.integer({ min: 1, max: 3 })).map(([a, times]): Matched => ({ pattern: `(?:${a.pattern}){1,3}`, text: a.text.repeat(times) })),
  ),
}))

describe('requiredLiterals', () => {
  it.each([
    ['(?:卡|证)[^，]{0,4}还[您你]', [['卡', '证'], ['还您', '还你']]],
    ['(?:你是|您是).{0,3}$', [['你是', '您是']]],
    ['^喂?您好', [['您好']]],
    ['(?:啊|不啊)', [['啊']]],
    ['[^，]{3}', []],
    ['(?:好)?', []],
    ['(?i)hello', []],
  ])('%s', (pattern, expected) => {
    expect(requiredLiterals(pattern)).toEqual(expected)
  })

  it('are in every match', () => {
    fc.assert(
      fc.property(matched, fc.string(), ({ pattern, text }, before) => {
        const said = before + text
        const trace = new TextTrace(9)
        trace.add(said)
        expect(new RegExp(pattern, 'u').test(said)).toBe(true)
        const sets = requiredLiterals(pattern)
        for (const set of sets) expect(set.some((literal) => said.includes(literal))).toBe(true)
        expect(trace.mayHoldAll(sets.map(soughtIn))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('TextTrace', () => {
  it('denies what was not said', () => {
    const trace = new TextTrace(16)
    trace.add('您的卡办好了')
    expect(trace.mayHold(soughtIn(['好了', '坏了']))).toBe(true)
    expect(trace.mayHold(soughtIn(['卡好', '坏']))).toBe(false)
    expect(trace.mayHoldAll([soughtIn(['卡']), soughtIn(['证'])])).toBe(false)
  })
})
