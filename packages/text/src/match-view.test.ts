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

  it.each([
    ['唔好意思 要您等咗咁耐', '不好意思要你等了这耐'],
    ['我哋而家帮您睇下', '我们现在帮你看下'],
    ['系咪你哋搞掂咗', '是不你们搞定了'],
    ['唔好急 唔使客气', '不要急不用客气'],
    ['莫急嘛 我晓得咋个弄', '别急我知道怎么弄'],
    ['俺们冇得空', '我们没有空'],
    ['唔得闲', '没有空'],
    ['啥子事噻', '什么事'],
    ['今儿人恁多', '今儿人这多'],
  ])('reads the dialect of %s', (text, standard) => {
    expect(foldLiteral(text)).toBe(standard)
  })

  it.each(['系统和您没关系', '联系莫女士', '莫名其妙', '没得到答复', '没得说', '什么子女', '唔，好的', '唔可以的', '快点解决', '您呢个人信息', '而家里没人', '请您系好安全带', '日系车', '小莫去您家', '懒得闲聊', '好哒', '骂骂咧咧'])('takes nothing for dialect in %s', (text) => {
    expect(foldLiteral(text)).toBe(text.replaceAll('，', '').replaceAll('您', '你'))
  })
})
