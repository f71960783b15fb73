import { describe, expect, it } from 'vitest'
import { seenIn, signalsOf } from '../test-support.js'

describe('phrases', () => {
  it.each([
    ['再见', '好的再见', ['phrase 再见']],
    ['您好', '你好啊', ['phrase 你好']],
    ['还有{什么|其他}…帮您', '请问还有什么可以帮您', ['phrase 还有什么可以帮您']],
    ['您上月话费是{金额}元', '您上月话费是一百二十八元', ['phrase 您上月话费是一百二十八元']],
    ['您上月话费是{金额}元', '您上月话费是多少元', []],
    ['{=抱歉}', '真是不好意思了', ['phrase 不好意思']],
    ['我马上{行动}', '好的我马上给您查', ['phrase 我马上']],
    ['我马上{行动}', '我马上', []],
    ['^喂', '喂您好', ['phrase 喂']],
    ['^喂', '那个喂养的事', []],
    ['好的$', '好的 我查一下', ['phrase 好的']],
    ['好的$', '好的套餐有很多', []],
    ['我马上帮您查', '我我马上，帮您查', ['phrase 我我马上，帮您查']],
  ])('%s in %s', (phrase, text, expected) => {
    expect(seenIn({ phrases: [phrase] }, text)).toEqual(expected)
  })

  it.each([
    ['请', '您的申请已经提交'],
    ['再见', '咱们不再见面'],
    ['您好', '您好像没带证件'],
  ])('refuses %s inside other words: %s', (phrase, text) => {
    expect(seenIn({ phrases: [phrase] }, text)).toEqual([])
  })

  it('accepts what dictionaries glue to a phrase: 感谢|您, 稍等|一下', () => {
    expect(seenIn({ phrases: ['感谢'] }, '感谢您的耐心')).toEqual(['phrase 感谢'])
    expect(seenIn({ phrases: ['稍等'] }, '请稍等一下')).toEqual(['phrase 稍等'])
  })

  it.each([
    ['再见', '那先这样在见', '在见'],
    ['稍等', '请您烧等', '烧等'],
    ['对不起', '实在对不其', '对不其'],
  ])('hears %s in %s and says that it matched by sound', (phrase, text, words) => {
    expect(seenIn({ phrases: [phrase] }, text)).toEqual([`sound ${words}`])
  })

  it.each([
    ['再见', '小区还在建'],
    ['权利', '我会全力解决'],
  ])('does not hear %s in words of their own: %s', (phrase, text) => {
    expect(seenIn({ phrases: [phrase] }, text)).toEqual([])
  })

  it('goes by characters alone where the rule says so', () => {
    expect(seenIn({ phrases: { any: ['再见'], sound: false } }, '那先这样在见')).toEqual([])
  })

  it('finds a phrase that the recogniser split over two turns of one speaker, never across speakers', () => {
    const { seen } = signalsOf({ it: { role: 'any', phrases: ['请您稍等'] } })
    expect(seen('it', [['a', '请您'], ['a', '稍等']])).toHaveLength(1)
    expect(seen('it', [['a', '请您'], ['c', '稍等']])).toHaveLength(0)
  })

  it('does not run across the end of a sentence', () => {
    expect(seenIn({ phrases: ['不知道'] }, '不。知道了')).toEqual([])
  })

  it.each([
    ['不好意思', '唔好意思呀先生', '唔好意思'],
    ['别着急', '您莫着急嘛', '莫着急'],
    ['{没有|没}空', '我冇得空', '冇得空'],
  ])('hears %s in the dialect of %s, and shows it as it was said', (phrase, text, words) => {
    expect(seenIn({ phrases: [phrase] }, text)).toEqual([`phrase ${words}`])
  })

  it('tells every mistake of a pattern', () => {
    const { faults } = signalsOf({ it: { phrases: ['还有{什么', '啊呀', '{=没有这组}', '打{折}', '怕您{不成|啊}', '知道{了|$}'] } })
    expect(faults).toEqual([
      expect.stringMatching(/^it\.phrases\.0: .*without its partner/u),
      expect.stringMatching(/^it\.phrases\.1: .*particles are passed over/u),
      expect.stringMatching(/^it\.phrases\.2: no group of synonyms/u),
      expect.stringMatching(/^it\.phrases\.3: .*names no slot/u),
      expect.stringMatching(/^it\.phrases\.4: "啊" in .* is passed over/u),
      expect.stringMatching(/^it\.phrases\.5: "\$" in .* is passed over/u),
    ])
  })

  it('takes patterns with many alternatives', () => {
    const { faults, seen } = signalsOf({ it: { phrases: ['{我|我们|这边}{马上|立刻|现在|这就|尽快|赶紧|抓紧|先}{帮您|给您|为您|替您}{查|办|处理|登记|反映|核实|联系|安排|申请|转}'] } })
    expect(faults).toEqual([])
    expect(seen('it', [['a', '好的我们这就为您登记']])).toEqual(['phrase 我们这就为您登记'])
  })
})
