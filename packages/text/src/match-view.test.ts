import { describe, expect, it } from 'vitest'
import { foldLiteral, matchView } from './match-view.js'

describe('matchView', () => {
  it('reads 您 as 你 and leaves out particles, commas and stutters', () => {
    expect(foldLiteral('我我我马上啊，帮您查哈')).toBe('我马上帮你查')
  })

  it('keeps the offsets of the text it was made of', () => {
    const text = '嗯，您好呀'
    const { at, length } = matchView(text)
    expect(Array.from(at.subarray(0, length), (i) => text[i]).join('')).toBe('您好')
  })

  it('keeps repeated characters that are words', () => {
    expect(foldLiteral('谢谢 看看')).toBe('谢谢看看')
  })
})
