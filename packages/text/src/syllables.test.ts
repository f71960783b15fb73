import { describe, expect, it } from 'vitest'
import { SyllableTable } from './syllables.js'

const table = new SyllableTable()
const sound = (character: string): number => table.of(character.charCodeAt(0))

describe('SyllableTable', () => {
  it.each(['在再', '烧稍', '些谢', '其起', '报抱', '申深', '资支', '经金'])('hears %s alike', (pair) => {
    expect(sound(pair[0])).toBe(sound(pair[1]))
  })

  it('tells other syllables apart and knows only Han characters', () => {
    expect(sound('请')).not.toBe(sound('谢'))
    expect(sound('a')).toBe(0)
  })
})
