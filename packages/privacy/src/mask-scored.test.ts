import { Call, type Score } from '@yuzhi/schemas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskScored } from './mask-scored.js'

const call = Call.parse({
  call_id: 'c', started_at: '2026-03-12T10:00:00+08:00', attributes: { callback: '13987654321', business: '宽带' }, customer: { id: 'u1', name: '李四 13812345678' },
  turns: [{ role: 'customer', text: '我的电话是13812345678谢谢' }, { role: 'agent', text: '好的，13812345678对吗' }],
})
const score: Score = {
  call_id: 'c', standard: 's', rubric: { id: 's', version: '1', hash: 'h' }, score: 1, grade: 'g', fatal: false, base: 0,
  clauses: [{ id: 'x', outcome: 'met', points: 1, evidence: [{ turn: 1, start: 0, end: 14, text: '好的，13812345678' }], reason: '第2句“好的，138123456…”，复述了13812345678。' }],
}

describe('maskScored', () => {
  it('masks turns, attributes, names, evidence and reasons, fragments included', () => {
    const masked = maskScored(call, score)
    expect(JSON.stringify(masked)).not.toMatch(/1381|1398|5678/u)
    expect(masked.call.turns.map(({ text }) => text)).toEqual(['我的电话是***********谢谢', '好的，***********对吗'])
    expect(masked.call.attributes).toEqual({ callback: '***********', business: '宽带' })
    expect(masked.score.clauses[0].reason).toBe('第2句“好的，*********…”，复述了***********。')
  })

  it('leaves evidence the words of its masked turn', () => {
    const masked = maskScored(call, score)
    for (const { turn, start, end, text } of masked.score.clauses[0].evidence) expect(masked.call.turns[turn].text.slice(start, end)).toBe(text)
  })

  it('leaves out the id of a customer that is itself a private number', () => {
    expect(maskScored({ ...call, customer: { id: '13812345678', gender: 'male' } }, score).call.customer).toEqual({ gender: 'male' })
    expect(maskScored({ ...call, customer: { id: 'u1' } }, score).call.customer).toEqual({ id: 'u1' })
  })

  it('masks nothing where nothing is asked for', () => {
    expect(maskScored(call, score, { mask: [] })).toEqual({ call, score })
  })

  it('keeps every length, whatever the text', () => {
    const piece = fc.oneof(fc.constantFrom('13812345678', '幺三八', '一二三四', '，', '嗯', '京A', '12345', '@qq.com', 'ab', '身份证', '11010519491231002X', '😀'), fc.string({ unit: 'binary', maxLength: 4 }))
    const texts = fc.array(fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')), { minLength: 1, maxLength: 4 })
    fc.assert(fc.property(texts, (lines) => {
      const before = { ...call, turns: lines.map((text, i) => ({ role: i % 2 === 0 ? ('customer' as const) : ('agent' as const), text })) }
      const after = maskScored(before, { ...score, clauses: [] }).call
      expect(after.turns.map(({ text }) => text.length)).toEqual(lines.map((text) => text.length))
    }), { numRuns: 300 })
  })
})
