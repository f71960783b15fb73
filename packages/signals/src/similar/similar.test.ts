import { describe, expect, it } from 'vitest'
import { normalise, matchView } from '@yuzhi/text'
import { Utterance } from '../analysed-call.js'
import { signalsOf } from '../test-support.js'
import { learn, type Lesson } from './learner.js'
import type { SimilarModel } from './similar-model.js'
import { decodeModel, encodeModel } from './trained-cache.js'
import { tailThreshold } from './threshold.js'
import { windows } from './windows.js'

const SUBJECTS = ['话费', '宽带', '套餐', '流量', '账单', '号码', '积分', '光猫', '门禁', '电梯', '发票', '合约']
/** Neutral lines of a toy world: enough to set a threshold on. */
const neutral = SUBJECTS.flatMap((subject) => [
  `您的${subject}是上个月开通的`, `${subject}这一项在第二页`, `这个${subject}每月一号更新`, `系统里${subject}显示正常`, `${subject}在营业厅也能看到`, `我看到${subject}有两条记录`,
])
const hits = SUBJECTS.map((subject) => `${subject}的事您先别着急我理解您`).concat(SUBJECTS.map((subject) => `我理解您为${subject}着急`))
const lesson: Lesson = { signal: 'comfort', family: undefined, hits, misses: ['您着急也没有用', '着急的话自己来取'], falseAlarms: 10, backgrounds: ['agent'] }

describe('similar', () => {
  const { seen, faults } = signalsOf({ comfort: { similar: true, hits, misses: lesson.misses }, few: { similar: true, hits: ['一', '二'] } }, { agent: neutral, customer: [] })

  it('recognises wordings that are in no list', () => {
    expect(seen('comfort', [['a', '您别着急，快递的事我很理解您']])).toHaveLength(1)
  })

  it('can say "none of these"', () => {
    expect(seen('comfort', [['a', '快递在第三页显示正常']])).toEqual([])
    expect(seen('comfort', [['a', '今天天气不错我们去公园吧']])).toEqual([])
  })

  it('finds the words in a long turn without punctuation', () => {
    const [words] = seen('comfort', [['a', '您的快递是上个月开通的系统里显示正常我理解您着急您先别着急在营业厅也能看到两条记录每月一号更新']])
    expect(words).toContain('着急')
    expect(words.length).toBeLessThan(35)
  })

  it('asks for enough examples', () => {
    expect(faults).toEqual([expect.stringMatching(/^few\.similar: .*at least 8/u)])
  })
})

describe('learn', () => {
  it('trains the same bytes from the same lessons', () => {
    const kept: Uint8Array[] = []
    const cache = { get: () => undefined, put: (_key: string, bytes: Uint8Array) => { kept.push(bytes) } }
    learn([lesson], { agent: neutral }, cache)
    learn([lesson], { agent: neutral }, cache)
    expect(Buffer.compare(kept[0], kept[1])).toBe(0)
  })

  it('takes a kept model for the trained one and refuses one of another size', () => {
    const kept = new Map<string, Uint8Array>()
    const cache = { get: (key: string) => kept.get(key), put: (key: string, bytes: Uint8Array) => { kept.set(key, bytes) } }
    const first = learn([lesson], { agent: neutral }, cache)
    const second = learn([lesson], { agent: neutral }, cache)
    expect(second.thresholds).toEqual(first.thresholds)
    expect(kept.size).toBe(1)
    const texts = [...neutral, ...hits, '别着急', '𠮷着急'].map((text) => new Utterance(0, 'agent', text, [], undefined, undefined, 1, new Uint8Array(), ''))
    const read = (model: SimilarModel): number[] => texts.flatMap((text) => [...model.excess(text)])
    expect(read(second)).toEqual(read(first))
    const [bytes] = kept.values()
    expect(decodeModel(bytes.subarray(0, 7), 1)).toBeUndefined()
    expect(decodeModel(bytes.subarray(0, bytes.length - 4), 1)).toBeUndefined()
    expect(decodeModel(bytes, 2)).toBeUndefined()
    const unaligned = decodeModel(new Uint8Array([...bytes.subarray(0, 3), ...bytes]).subarray(3), 1)
    expect(unaligned && encodeModel(unaligned)).toEqual(Buffer.from(bytes))
  })

  it('keys a model by everything that it is trained from', () => {
    const keys: string[] = []
    const cache = { get: (key: string) => { keys.push(key); return undefined }, put: () => undefined }
    learn([lesson], { agent: neutral }, cache)
    learn([{ ...lesson, falseAlarms: 11 }], { agent: neutral }, cache)
    learn([lesson], { agent: neutral.slice(1) }, cache)
    expect(new Set(keys).size).toBe(3)
  })
})

describe('tailThreshold', () => {
  it('lies higher the fewer false alarms are allowed', () => {
    const scores = Array.from({ length: 2000 }, (_, i) => Math.log(1 - i / 2000))
    expect(tailThreshold(scores, 1e-4)).toBeGreaterThan(tailThreshold(scores, 1e-2))
  })

  it('allows about the asked rate on the scores it was set on', () => {
    const scores = Array.from({ length: 5000 }, (_, i) => -Math.log((i + 1) / 5001))
    const rate = scores.filter((score) => score >= tailThreshold(scores, 0.01)).length / scores.length
    expect(rate).toBeGreaterThan(0.007)
    expect(rate).toBeLessThan(0.013)
  })
})

describe('windows', () => {
  it('grow with the text, not with its square', () => {
    const count = (length: number): number => {
      const { text } = normalise('这个情况我给您说一下'.repeat(length))
      return windows(text, matchView(text)).length
    }
    expect(count(200) / count(100)).toBeLessThan(2.2)
  })
})
