import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Automaton } from './automaton.js'

const codes = (text: string): number[] => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))

function everyOccurrence(literals: readonly string[], text: string): string[] {
  const found: string[] = []
  for (let end = 1; end <= text.length; end++) {
    for (const literal of literals) if (text.slice(0, end).endsWith(literal)) found.push(`${literal}@${end}`)
  }
  return found.sort()
}

describe('Automaton', () => {
  it('finds every literal wherever it stands, overlapping ones too', () => {
    const word = fc.string({ unit: fc.constantFrom('请', '您', '稍', '等', '见'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), fc.string({ unit: fc.constantFrom('请', '您', '稍', '等', '见', '无'), maxLength: 40 }), (literals, text) => {
        const found: string[] = []
        Automaton.build(literals.map(codes)).scan(Uint16Array.from(codes(text)), text.length, (literal, end) => found.push(`${literals[literal]}@${end}`))
        expect(found.sort()).toEqual(everyOccurrence(literals, text))
      }),
      { numRuns: 500 },
    )
  })

  it('finds nothing where there is nothing to find', () => {
    const found: number[] = []
    Automaton.build([]).scan(Uint16Array.from(codes('请稍等')), 3, (literal) => found.push(literal))
    expect(found).toEqual([])
  })
})
