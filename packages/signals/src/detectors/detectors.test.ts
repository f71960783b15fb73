import { describe, expect, it } from 'vitest'
import { callOf, type Line, seenIn, signalsOf } from '../test-support.js'

describe('regex', () => {
  it('matches in linear time, with an exclusion', () => {
    const spec = { regex: [{ pattern: '第[二三四]次', unless: '第三次升级' }] }
    expect(seenIn(spec, '这是第二次了')).toEqual(['regex 第二次'])
    expect(seenIn(spec, '这是第三次升级')).toEqual([])
    expect(seenIn({ regex: ['(a+)+$'] }, `${'a'.repeat(5000)}!`)).toEqual([])
  })

  it('takes each utterance for a text of its own', () => {
    const { seen } = signalsOf({ whole: { regex: ['^喂$'] }, linear: { regex: ['^[喂]+$'] }, ends: { regex: ['\\A您好\\z'] }, across: { regex: ['喂.{0,4}您好'] } })
    const lines: Line[] = [['a', '喂'], ['c', '什么'], ['a', '您好'], ['a', '喂您好']]
    expect(seen('whole', lines.slice(0, 3))).toEqual(['regex 喂'])
    expect(seen('linear', lines.slice(0, 3))).toEqual(['regex 喂'])
    expect(seen('ends', lines.slice(0, 3))).toEqual(['regex 您好'])
    expect(seen('across', lines.slice(0, 3))).toEqual([])
    expect(seen('across', lines.slice(1))).toHaveLength(1)
  })

  it('reads what only RE2 can read', () => {
    expect(seenIn({ regex: ['(?i)good bye', '[[:digit:]]{1,3}元'] }, 'Good Bye，收您50元')).toEqual(['regex good bye', 'regex 50元'])
  })

  it('names a pattern that RE2 does not take', () => {
    expect(signalsOf({ it: { regex: ['(?=x)'] } }).faults).toEqual([expect.stringMatching(/^it\.regex\.0\.pattern: not a regular expression of RE2/u)])
  })
})

describe('entity', () => {
  it('sees values, phone numbers from so many digits on', () => {
    expect(seenIn({ entity: 'amount' }, '一共三十二块五')).toEqual(['entity 三十二块五'])
    expect(seenIn({ entity: { types: ['phone'], min_digits: 11 } }, '尾号幺三八零零一二')).toEqual([])
    expect(signalsOf({ it: { entity: { types: ['number'], min_digits: 4 } } }).faults).toEqual([expect.stringMatching(/^it\.entity\.min_digits: only a phone/u)])
  })
})

describe('metadata', () => {
  const whole = (spec: unknown, fields: Readonly<Record<string, unknown>>): boolean => signalsOf({ it: { metadata: spec } }).seen('it', [['a', '您好']], fields).length === 1

  it.each([
    [{ direction: 'outbound' }, { direction: 'outbound' }, true],
    [{ direction: ['inbound', 'counter'] }, { direction: 'outbound' }, false],
    [{ hung_up_by: 'agent' }, {}, false],
    [{ attributes: { visit_type: ['first', 'zero_fee'] } }, { attributes: { visit_type: 'first' } }, true],
    [{ ring_seconds: { above: 9 } }, { ring_ms: 12_000 }, true],
    [{ ring_seconds: { above: 9 } }, {}, false],
    [{ duration_seconds: { below: 60 } }, { duration_ms: 30_000 }, true],
    [{ hour: { above: 18 } }, { started_at: '2026-03-12T19:30:00+08:00' }, true],
    [{ hour: { below: 8 } }, { started_at: '2026-03-11T23:30:00Z' }, true],
    [{ festival: 'any' }, { started_at: '2026-10-01T10:00:00+08:00' }, true],
    [{ festival: ['春节'] }, { started_at: '2026-10-01T10:00:00+08:00' }, false],
    [{ gender: 'female' }, { customer: { gender: 'female' } }, true],
    [{ timed: true }, {}, false],
  ])('%j of %j: %s', (spec, fields, expected) => {
    expect(whole(spec, fields)).toBe(expected)
  })
})

describe('timing', () => {
  const lines: Line[] = [
    ['a', '您好请讲', 0, 2],
    ['c', '我想问一下我的话费为什么这个月多了这么多', 3, 9],
    ['a', '您先听我说一下这个情况', 7, 10],
    ['c', '好', 11, 11.5],
    ['a', '请稍等', 12, 13],
    ['a', '让您久等了', 63, 65],
  ]
  const seen = (role: string, timing: unknown, at: readonly Line[] = lines): string[] =>
    signalsOf({ wait: { phrases: ['请稍等'] }, it: { role, timing } }).seen('it', at)

  it('sees silence, slow answers and interruptions', () => {
    expect(seen('any', { silence_seconds: { above: 30 } })).toEqual(['time 让您久等了'])
    expect(seen('agent', { response_seconds: { above: 0.4, below: 2 } })).toEqual(['time 请稍等'])
    expect(seen('agent', { interrupts_ms: { above: 400 } })).toEqual(['time 您先听我说一下这个情况'])
  })

  it('measures hold time from the request to wait to the return', () => {
    expect(seen('agent', { hold_seconds: { above: 45, asked: 'wait' } })).toEqual(['time 让您久等了'])
    expect(seen('agent', { hold_seconds: { above: 90, asked: 'wait' } })).toEqual([])
  })

  it('measures speech rate a turn and a call', () => {
    const fast: Line[] = [['a', '这个套餐每个月三十九块钱里面有二十个吉', 0, 2], ['a', '慢慢说给您听这个套餐的内容是这样的', 20, 24]]
    expect(seen('agent', { chars_per_minute: { above: 450 } }, fast)).toEqual(['time 这个套餐每个月三十九块钱里面有二十个吉'])
    expect(seen('agent', { chars_per_minute: { above: 450, per: 'call' } }, fast)).toEqual([])
    expect(seen('agent', { chars_per_minute: { above: 200, per: 'call' } }, fast)).toHaveLength(1)
  })

  it('hears a long talk through acknowledgements', () => {
    const talk: Line[] = [['c', '我跟你说啊这个宽带从上个礼拜开始'], ['a', '嗯'], ['c', '就一直断断了又好好了又断'], ['a', '是的'], ['c', '我孩子上网课都上不了']]
    expect(seen('customer', { talks: { chars: 35 } }, talk)).toHaveLength(1)
    expect(seen('customer', { talks: { chars: 60 } }, talk)).toHaveLength(0)
  })

  it('shows nothing where the call has no times', () => {
    expect(seen('any', { silence_seconds: { above: 0 }, interrupts_ms: { above: 0 } }, [['a', '您好'], ['c', '你好']])).toEqual([])
  })
})

describe('repetition', () => {
  it('sees who says the same again', () => {
    const { seen } = signalsOf({ it: { role: 'customer', repetition: { times: 2 } } })
    expect(seen('it', [['c', '我的宽带怎么还没有修好'], ['a', '在查'], ['c', '我的宽带怎么还没修好啊']])).toEqual(['repetition 我的宽带怎么还没修好啊'])
    expect(seen('it', [['c', '我的宽带怎么还没有修好'], ['a', '在查'], ['c', '那我明天再打过来问你们']])).toEqual([])
  })
})

describe('combinations', () => {
  const base = { hello: { phrases: ['您好'] }, wait: { phrases: ['请稍等'] }, back: { phrases: ['让您久等'] }, thanks: { role: 'customer', phrases: ['谢谢'] } }
  const lines: Line[] = [['a', '您好'], ['c', '谢谢'], ['a', '请稍等'], ['c', '好'], ['a', '让您久等了'], ['c', '谢谢你'], ['a', '您好']]
  const seen = (it: unknown): string[] => signalsOf({ ...base, it }).seen('it', lines)

  it.each([
    [{ any: ['wait', 'back'] }, ['phrase 请稍等', 'phrase 让您久等']],
    [{ all: ['wait', 'back'] }, ['phrase 请稍等']],
    [{ all: ['wait', { phrases: ['没有这句'] }] }, []],
    [{ none: [{ phrases: ['没有这句'] }] }, ['']],
    [{ none: ['wait'] }, []],
    [{ sequence: ['hello', 'wait', 'back'] }, ['phrase 让您久等']],
    [{ sequence: ['back', 'wait'] }, []],
    [{ role: 'any', count: { of: ['thanks'], at_least: 2 } }, ['phrase 谢谢', 'phrase 谢谢']],
    [{ count: { of: ['hello', 'wait', 'back'], at_least: 3, different: true } }, ['phrase 您好', 'phrase 请稍等', 'phrase 让您久等', 'phrase 您好']],
    [{ near: { signal: 'thanks', with: 'back', before: { turns: 1 } } }, ['phrase 谢谢']],
    [{ near: { signal: 'hello', without: 'thanks', after: { turns: 1 } } }, ['phrase 您好']],
    [{ placed: { signal: 'hello', opening: { turns: 1 } } }, ['phrase 您好']],
    [{ placed: { signal: 'hello', closing: { turns: 1 } } }, ['phrase 您好']],
  ])('%j', (it, expected) => {
    expect(seen(it)).toEqual(expected)
  })

  it('reports unknown signals with a suggestion, cycles, and both at once', () => {
    const { faults } = signalsOf({ hello: { phrases: ['您好'] }, a: { any: ['helo'] }, b: { any: ['c'] }, c: { any: ['b'] } })
    expect(faults).toEqual(['a.any.0: unknown signal "helo": did you mean "hello"?', 'b: "b" depends on itself', 'c: "c" depends on itself'])
  })
})

describe('compare', () => {
  const check = (relation: string, lines: readonly Line[]): number =>
    signalsOf({
      stated: { entity: { types: ['amount', 'phone', 'time'] } },
      given: { role: 'customer', entity: { types: ['amount', 'phone', 'time'] } },
      it: { compare: { left: 'stated', right: 'given', relation } },
    }).seen('it', lines).length

  it('checks that restated numbers agree, last digits standing for the whole', () => {
    const same: Line[] = [['c', '我的号码是13800001234'], ['a', '尾号是00001234对吗']]
    expect(check('same', same)).toBe(1)
    expect(check('different', [['c', '下午三点'], ['a', '那就下午四点']])).toBe(1)
    expect(check('different', [['c', '下午三点'], ['a', '好的下午三点']])).toBe(0)
  })

  it('checks that a bill adds up', () => {
    const bill = signalsOf({
      item: { role: 'agent', entity: 'amount', except: { phrases: ['一共'] } },
      total: { role: 'agent', near: { signal: { entity: 'amount' }, with: { phrases: ['一共'] }, same: true } },
      wrong: { compare: { left: 'total', right: 'item', relation: 'does_not_add_up' } },
    })
    expect(bill.seen('wrong', [['a', '月租三十九块，流量费十二块'], ['c', '嗯'], ['a', '一共五十一块']])).toHaveLength(0)
    expect(bill.seen('wrong', [['a', '月租三十九块，流量费十二块'], ['c', '嗯'], ['a', '一共六十一块']])).toHaveLength(1)
  })

  it('checks the change: due, paid, given back', () => {
    const cash = signalsOf({
      said: { entity: 'amount' },
      sums: { placed: { signal: 'said', opening: { turns: 1 } } },
      back: { near: { signal: 'said', with: { phrases: ['找您'] }, same: true } },
      right: { compare: { left: 'back', right: 'sums', relation: 'change' } },
    })
    expect(cash.seen('right', [['a', '收您一百元，话费六十二元'], ['c', '嗯'], ['a', '找您三十八元']])).toHaveLength(1)
    expect(cash.seen('right', [['a', '收您一百元，话费六十二元'], ['c', '嗯'], ['a', '找您四十八元']])).toHaveLength(0)
  })
})

describe('a signal', () => {
  it('counts only what its speaker says, surely enough, and not beside an exception', () => {
    expect(signalsOf({ it: { phrases: ['谢谢'] } }).seen('it', [['c', '谢谢']])).toEqual([])
    expect(seenIn({ phrases: ['客气'], except: { phrases: ['说话客气'] } }, '您说话客气一点')).toEqual([])
    const { occurrences } = signalsOf({ it: { phrases: ['谢谢'], min_confidence: 0.5 } })
    const call = callOf([['a', '谢谢']])
    expect(occurrences('it', { ...call, turns: call.turns.map((turn) => ({ ...turn, confidence: 0.3 })) })).toHaveLength(0)
    expect(occurrences('it', { ...call, turns: call.turns.map((turn) => ({ ...turn, confidence: 0.9 })) })).toHaveLength(1)
  })
})
