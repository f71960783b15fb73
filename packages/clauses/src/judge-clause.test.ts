import { Call, type ClauseResult } from '@yuzhi/schemas'
import { compileSignals, SignalSpec } from '@yuzhi/signals'
import { jiebaSegmenter } from '@yuzhi/text'
import { describe, expect, it } from 'vitest'
import { ClauseSpec } from './clause-spec.js'
import { evidenceOf } from './evidence.js'
import { compileClause } from './judge-clause.js'
import { reasonFor } from './reason.js'

const SIGNALS = {
  thanks: { title: '道谢', phrases: ['谢谢'] },
  welcome: { title: '不客气', phrases: ['不客气'] },
  customer_thanks: { role: 'customer', phrases: ['谢谢'] },
  complaint: { role: 'customer', phrases: ['投诉'] },
  sorry: { title: '致歉', phrases: ['对不起'] },
  excuse: { phrases: ['系统的问题'] },
  rude: { phrases: ['爱信不信'] },
}

/** `a:`/`c:` lines judged against one clause. */
function judge(spec: Readonly<Record<string, unknown>>, lines: readonly string[]): Pick<ClauseResult, 'outcome' | 'reason'> & { turns: number[]; times: number } {
  const clause = ClauseSpec.parse({ id: 'x', title: '测试条款', dimension: 'd', share: 1, ...spec })
  const faults: string[] = []
  const signals = compileSignals(
    new Map(Object.entries(SIGNALS).map(([name, signal]) => [name, SignalSpec.parse(signal)])),
    { segmenter: jiebaSegmenter([]), synonyms: {}, background: {} },
    (path, { message }) => faults.push(`${path.join('.')}: ${message}`),
  )
  const titles: Record<string, string> = { welcome: '不客气', sorry: '致歉', thanks: '道谢' }
  const judgeCall = compileClause(clause, signals, ['x'], (name) => titles[name] ?? '')
  signals.finish()
  expect(faults).toEqual([])
  const turns = lines.map((line) => ({ role: line.startsWith('a') ? 'agent' : 'customer', text: line.slice(2) }))
  const analysed = signals.analyse(Call.parse({ call_id: 't', started_at: '2026-03-12T10:00:00+08:00', turns }))
  const judgement = judgeCall(analysed)
  const evidence = evidenceOf(judgement, analysed)
  for (const { turn, start, end, text } of evidence) expect(turns[turn].text.slice(start, end)).toBe(text)
  return { outcome: judgement.outcome, reason: reasonFor(clause, judgement, analysed, '客户致谢'), turns: evidence.map(({ turn }) => turn), times: judgement.times }
}

const reply = { when: 'customer_thanks', expect: { signal: 'welcome', after: { turns: 1 } } }

describe('a clause with a situation', () => {
  it('is met by what comes after, with both as evidence', () => {
    expect(judge(reply, ['c:谢谢', 'a:不客气'])).toEqual({ outcome: 'met', reason: '第1句“谢谢”之后，第2句说了“不客气”，符合“测试条款”。', turns: [1, 0], times: 1 })
  })

  it('says that what was said before the situation was said before it', () => {
    expect(judge({ when: 'complaint', expect: { signal: 'sorry', around: {} } }, ['a:对不起', 'c:我要投诉']).reason).toBe('第2句“投诉”之前，第1句说了“对不起”，符合“测试条款”。')
  })

  it('is violated where it does not come, and shows where it was due', () => {
    expect(judge(reply, ['c:谢谢', 'a:好的', 'a:再见'])).toMatchObject({ outcome: 'violated', turns: [1, 2, 0], reason: '第1句“谢谢”之后，第2句应有“不客气”而没有，不符合“测试条款”。' })
  })

  it('does not apply without the situation', () => {
    expect(judge(reply, ['c:好的', 'a:不客气'])).toEqual({ outcome: 'not_applicable', reason: '通话中没有出现“客户致谢”的情形，本条不适用。', turns: [], times: 0 })
  })

  it('does not apply where the call ends before anything could be expected', () => {
    expect(judge(reply, ['a:好的', 'c:谢谢']).outcome).toBe('not_applicable')
  })

  it('counts situations as the rule says: every, some, first, last, a share', () => {
    const lines = ['c:谢谢', 'a:不客气', 'c:谢谢', 'a:嗯', 'c:谢谢', 'a:嗯']
    const outcomes = ['every', 'some', 'first', 'last', { share: 0.3 }, { share: 0.5 }].map((need) => judge({ ...reply, need }, lines).outcome)
    expect(outcomes).toEqual(['violated', 'met', 'met', 'violated', 'met', 'violated'])
  })

  it('does not apply where `unless` holds', () => {
    expect(judge({ ...reply, unless: 'complaint' }, ['c:谢谢 我要投诉', 'a:嗯']).outcome).toBe('not_applicable')
  })
})

describe('a clause that wants one thing ahead of another', () => {
  const apology = { when: 'complaint', expect: { signal: 'sorry', after: { turns: 2 }, ahead_of: 'excuse' } }

  it('is met by the right order and violated by the wrong one, with the words that came first', () => {
    expect(judge(apology, ['c:我要投诉', 'a:对不起，是系统的问题']).outcome).toBe('met')
    expect(judge(apology, ['c:我要投诉', 'a:这是系统的问题，对不起'])).toMatchObject({ outcome: 'violated', turns: [1, 1, 0], reason: '第1句“投诉”之后，第2句没有先说“致歉”，不符合“测试条款”。' })
  })
})

describe('a clause over the whole call', () => {
  it('is met where nothing forbidden was said, without evidence', () => {
    expect(judge({ forbid: 'rude' }, ['a:您好'])).toEqual({ outcome: 'met', reason: '通话中没有发现违反“测试条款”的言行。', turns: [], times: 1 })
  })

  it('counts every forbidden word and forgives as many as the rule says', () => {
    const lines = ['a:爱信不信', 'c:什么', 'a:爱信不信']
    expect(judge({ forbid: 'rude' }, lines)).toMatchObject({ outcome: 'violated', times: 2, turns: [0, 2] })
    expect(judge({ forbid: { signal: 'rude', at_most: 2 } }, lines).outcome).toBe('met')
  })

  it('wants something so often, and looks for a second best only where the first is missing', () => {
    expect(judge({ expect: { signal: 'thanks', at_least: 2 } }, ['a:谢谢', 'c:好', 'a:谢谢']).outcome).toBe('met')
    expect(judge({ expect: { signal: 'thanks', at_least: 2 } }, ['a:谢谢']).outcome).toBe('violated')
    expect(judge({ expect: { signal: 'thanks', or_else: 'welcome' } }, ['a:不客气']).outcome).toBe('met')
  })

  it('shows what is missed at the end of the call, or where the rule says it was due', () => {
    expect(judge({ expect: 'thanks' }, ['a:您好', 'c:好', 'a:再见']).turns).toEqual([2, 0])
    expect(judge({ expect: { signal: 'thanks', due: 'opening' } }, ['a:您好', 'c:好', 'a:再见']).turns).toEqual([0, 2])
  })

  it('names evidence over two turns turn by turn', () => {
    expect(judge({ expect: 'welcome' }, ['a:不', 'a:客气']).turns).toEqual([0, 1])
  })
})
