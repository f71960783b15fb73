import { describe, expect, it } from 'vitest'
import { contextMarks } from './context-marks.js'
import { MARKS, markBit } from './occurrence.js'
import { seenIn } from './test-support.js'

function marksOf(text: string, words: string): string[] {
  const from = text.indexOf(words)
  const marks = contextMarks(text, from, from + words.length)
  return MARKS.filter((mark) => (marks & markBit(mark)) !== 0)
}

describe('contextMarks', () => {
  it.each([
    ['我不是说您不对', '您不对', ['negated']],
    ['没有看错', '看错', ['negated']],
    ['您说我态度差', '态度差', ['quoted']],
    ['他说绝对没问题', '绝对没问题', ['quoted']],
    ['您刚才说我们公司就这样', '我们公司就这样', ['quoted']],
    ['我跟您说 请稍等', '请稍等', []],
    ['不知道您是否方便', '不知道', ['question']],
    ['您看错了吗', '看错了', ['question']],
    ['如果您看错了也没关系', '看错了', ['condition']],
    ['他不知道这个规定', '不知道', ['third_person']],
    ['我不知道', '不知道', []],
    ['公司就这么规定的', '规定', []],
    ['您说的不对', '您说的不对', []],
  ])('%s: %s', (text, words, expected) => {
    expect(marksOf(text, words)).toEqual(expected)
  })
})

describe('a signal that accepts only what it means', () => {
  const dontKnow = { accept: [], phrases: ['不知道', '不清楚', '不对', '态度差', '{就|就这么|就这样}规定'] }

  it.each(['不知道您是否方便', '我不是说您不对', '您说我态度差', '规定时间内给您答复'])('lets %s pass', (text) => {
    expect(seenIn(dontKnow, text)).toEqual([])
  })

  it.each(['我不知道', '不对', '公司就这么规定的'])('sees %s', (text) => {
    expect(seenIn(dontKnow, text)).toHaveLength(1)
  })
})
