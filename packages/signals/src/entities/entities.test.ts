import { describe, expect, it } from 'vitest'
import { chineseNumber, spokenDigits } from './chinese-number.js'
import { EntityFinder } from './find-entities.js'

describe('chineseNumber', () => {
  it.each([
    ['一百二', 120], ['一百二十', 120], ['一百零二', 102], ['三千五', 3500], ['十五', 15], ['二十', 20], ['两百', 200], ['1.2万', 12_000], ['一万二', 12_000],
    ['三万五千六百', 35_600], ['二点五', 2.5], ['二零二四', 2024], ['58', 58], ['一亿', 100_000_000], ['万', 10_000],
  ])('%s is %d', (text, value) => {
    expect(chineseNumber(text)).toBe(value)
  })

  it('is no guess: what is no number has no value', () => {
    expect(chineseNumber('你好')).toBeUndefined()
    expect(chineseNumber('一二点')).toBeUndefined()
  })

  it('reads digits as they are spoken', () => {
    expect(spokenDigits('幺三八零零')).toBe('13800')
    expect(spokenDigits('一三八OO')).toBeUndefined()
  })
})

const startedAt = '2026-03-12T10:00:00+08:00'

function valuesIn(text: string): unknown[] {
  return new EntityFinder(text, startedAt).find(['amount', 'date', 'time', 'duration', 'number', 'phone', 'name']).map(({ value, from, to }) => [text.slice(from, to), ...(Object.values(value) as unknown[])])
}

describe('EntityFinder', () => {
  it.each([
    ['一共三块五', '三块五', 'amount', 3.5],
    ['扣了一百二十八元', '一百二十八元', 'amount', 128],
    ['十二块八毛五', '十二块八毛五', 'amount', 12.85],
    ['余额28.5元', '28.5元', 'amount', 28.5],
    ['收您1.2万元', '1.2万元', 'amount', 12_000],
    ['五毛钱', '五毛钱', 'amount', 0.5],
    ['下周三来', '下周三', 'date', '2026-03-18'],
    ['周日来', '周日', 'date', '2026-03-15'],
    ['明天来', '明天', 'date', '2026-03-13'],
    ['明儿来', '明儿', 'date', '2026-03-13'],
    ['三月二十号到期', '三月二十号', 'date', '2026-03-20'],
    ['下个月五号出账', '下个月五号', 'date', '2026-04-05'],
    ['上午九点', '上午九点', 'time', 540],
    ['下午三点半', '下午三点半', 'time', 930],
    ['晚上八点一刻', '晚上八点一刻', 'time', 1215],
    ['三个工作日', '三', 'number', 3],
    ['等了半个小时', '半个小时', 'duration', 1800],
    ['两天之内', '两天', 'duration', 172_800],
    ['我的号码是***********', '***********', 'phone', '***********'],
    ['我的号码幺三八零零一二三四五六', '幺三八零零一二三四五六', 'phone', '13800123456'],
    ['我叫李建国', '李建国', 'name', '李建国'],
  ])('%s', (text, words, type, value) => {
    expect(valuesIn(text)).toContainEqual([words, type, value])
  })

  it('reads a date and a time side by side', () => {
    expect(valuesIn('下周三上午九点')).toEqual([['下周三', 'date', '2026-03-18'], ['上午九点', 'time', 540]])
  })

  it('takes no phone number for an amount', () => {
    expect(valuesIn('13800001234').map((value) => (value as unknown[])[1])).toEqual(['phone'])
  })
})
