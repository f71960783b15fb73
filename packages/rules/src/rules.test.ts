import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Call, type Score } from '@yuzhi/schemas'
import { describe, expect, it } from 'vitest'
import { calibrate } from './calibrate.js'
import { coverageOf } from './coverage.js'
import { policeRules } from './police-rules.js'
import { fewExamples } from './few-examples.js'
import { loadRules } from './load-rules.js'
import { formatFault, RuleError } from './rule-fault.js'
import type { Rubric } from './rubric.js'
import { Shelf, UnknownStandard } from './shelf.js'
import { slowPatterns } from './slow-patterns.js'
import { testRules } from './test-rules.js'
import { parseDialogue } from './parse-dialogue.js'

const STANDARD = `id: demo
title: 演示
version: 1.0.0
routing: { direction: inbound }
dimensions: { courtesy: { title: 礼貌, weight: 100 } }
bands: [{ grade: 好, from: 60 }, { grade: 差, from: 0 }]
catalogue:
  - { id: demo.hello, title: 问好, seen_in: [text] }
  - { id: demo.smile, title: 微笑, seen_in: [unobservable] }
  - { id: demo.later, title: 以后, seen_in: [text] }
`
const SIGNALS = `signals:
  hello: { title: 问好, phrases: [您好], hits: [您好, 你好啊, 喂您好], misses: [您好像来过, 再见, 好的] }
`
const CLAUSES = `clauses:
  - id: demo.hello
    title: 问好
    dimension: courtesy
    share: 1
    expect: { signal: hello, opening: { turns: 1 } }
    tests:
      - met: "客服: 您好"
        turn: 1
      - violated: "客服: 什么事"
`

/** A configuration folder with one standard, its files replaced as asked. */
function configOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-rules-'))
  const all = { 'standards/demo/standard.yaml': STANDARD, 'standards/demo/signals/signals.yaml': SIGNALS, 'standards/demo/clauses/clauses.yaml': CLAUSES, ...files }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

function rubricOf(folder: string): Rubric {
  const shelf = Shelf.open(folder)
  return shelf.compile(shelf.ruleSets[0])
}

function faultsOf(files: Readonly<Record<string, string>>, lang: 'en' | 'zh' = 'en'): string[] {
  const folder = configOf(files)
  try {
    rubricOf(folder)
    return []
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return error.faults.map((fault) => formatFault(fault, lang).replace(`${folder}/standards/demo/`, ''))
  }
}

const scoreOf = (rubric: Rubric, dialogue: string, fields?: Readonly<Record<string, unknown>>): Score => rubric.score(parseDialogue(dialogue, fields))

describe('rule files', () => {
  it('score a call with the words behind every point', () => {
    const score = scoreOf(rubricOf(configOf()), '客服: 嗯您好\n客户: 你好')
    expect(score).toMatchObject({ score: 100, grade: '好', fatal: false, rubric: { id: 'demo', version: '1.0.0' } })
    expect(score.clauses).toEqual([
      { id: 'demo.hello', outcome: 'met', points: 100, confidence: 0.98, reason: '第1句说了“您好”，符合“问好”。', evidence: [{ turn: 0, start: 1, end: 3, text: '您好', kind: 'said', how: 'phrase' }] },
    ])
  })

  it('give for something missing the turn where it was due', () => {
    const [clause] = scoreOf(rubricOf(configOf()), '客户: 喂\n客服: 什么事').clauses
    expect(clause).toMatchObject({ outcome: 'violated', points: 0, evidence: [{ turn: 1, start: 0, end: 3, text: '什么事', kind: 'due' }], reason: '第2句应有“问好”而没有，不符合“问好”。' })
  })

  it('name the turn that holds the words where a speaker has several in a row', () => {
    const [clause] = scoreOf(rubricOf(configOf()), '客户: 喂\n客服: 嗯\n客服: 您好').clauses
    expect(clause).toMatchObject({ outcome: 'met', evidence: [{ turn: 2 }], reason: '第3句说了“您好”，符合“问好”。' })
  })

  it('tell an unknown signal with file, line, column and a suggestion', () => {
    expect(faultsOf({ 'standards/demo/clauses/clauses.yaml': CLAUSES.replace('signal: hello', 'signal: helo') })).toEqual([
      'clauses/clauses.yaml:6:23: unknown signal "helo": did you mean "hello"?',
    ])
  })

  it('tell all mistakes of all files at once', () => {
    const faults = faultsOf({
      'standards/demo/signals/signals.yaml': `${SIGNALS}  bye: { phrases: [], tittle: 再见 }\n`,
      'standards/demo/clauses/clauses.yaml': CLAUSES.replace('dimension: courtesy', 'dimension: courtsy').replace('share: 1', 'share: -1'),
    })
    expect(faults).toEqual([
      expect.stringMatching(/^signals\/signals\.yaml:3:19: /u),
      expect.stringMatching(/^signals\/signals\.yaml:3:23: unknown key "tittle": did you mean "title"\?$/u),
      expect.stringMatching(/^clauses\/clauses\.yaml:5:12: /u),
    ])
  })

  it('tell broken YAML, double names and double clauses', () => {
    expect(faultsOf({ 'standards/demo/signals/signals.yaml': 'signals:\n  a: [1\n' })[0]).toMatch(/^signals\/signals\.yaml:\d+:\d+: /u)
    expect(faultsOf({ 'standards/demo/signals/more.yaml': SIGNALS })).toEqual([expect.stringMatching(/signal "hello" stands in .*more\.yaml already$/u)])
    expect(faultsOf({ 'standards/demo/clauses/more.yaml': CLAUSES })[0]).toMatch(/clause "demo\.hello" stands in .*already$/u)
  })

  it('tell a dimension that the standard does not have', () => {
    expect(faultsOf({ 'standards/demo/clauses/clauses.yaml': CLAUSES.replace('dimension: courtesy', 'dimension: courtsy') })).toEqual([
      'clauses/clauses.yaml:4:16: unknown dimension "courtsy": did you mean "courtesy"?',
    ])
  })
})

describe('mistakes in Chinese', () => {
  const of = (signals: string): string[] => faultsOf({ 'standards/demo/signals/signals.yaml': `${SIGNALS}${signals}` }, 'zh').map((fault) => fault.replace(/^signals\/signals\.yaml:/u, ''))

  it.each([
    ['  bye: { tittle: 再见 }\n', '3:10: 没有键 “tittle”，是不是 “title”？'],
    ['  bye: { title: 3, phrases: [再见] }\n', '3:17: “title”：这里要文字，写的是数字'],
    ['  bye: { phrases: [再见], accept: [maybe] }\n', '3:34: “accept”：只能是 negated、quoted、question、condition、third_person 之一'],
    ['  bye: { phrases: [再见], min_confidence: 2 }\n', '3:41: “min_confidence”：要不大于 1'],
    ['  bye: { phrases: [] }\n', '3:19: “phrases” 不能为空'],
    ['  bye: { any: [helo] }\n', '3:16: 没有信号 “helo”，是不是 “hello”？'],
    ['  bye: { phrases: ["还有{什么"] }\n', '3:20: “还有{什么” 里的 “{” 没有成对'],
  ])('tell what is wrong with %j', (signals, expected) => {
    expect(of(signals)).toContain(expected)
  })

  it.each([
    ['  bye：\n    phrases: [再见]\n', '键后面的冒号要用半角'],
    ['  bye:\n    title: 再见\n   phrases: [再见]\n', '缩进不对'],
    ['  bye:\n    title 再见\n    phrases: [再见]\n', '缺少冒号'],
    ['  bye:\n\tphrases: [再见]\n', '缩进要用空格'],
    ['  bye:\n    title: 再见: 了\n', '两个冒号'],
    ['  bye:\n    title: "再见\n    phrases: [再见]\n', '缺少一个符号'],
  ])('tell what is wrong with the syntax of %j', (signals, expected) => {
    expect(of(signals)[0]).toContain(expected)
  })

  it('warn of a wide comma that makes one item of two, and of a signal that learns from few examples', () => {
    const eight = ['好行', '真行', '挺行', '很行', '太行', '也行', '都行', '还行']
    const folder = configOf({ 'standards/demo/signals/signals.yaml': `${SIGNALS}  bye: { phrases: [再见，拜拜, "您好，再见"], similar: true, hits: [${eight.join(', ')}] }\n` })
    const rules = loadRules(path.join(folder, 'standards/demo'))
    expect([...rules.faults, ...fewExamples(rules)].map((fault) => formatFault(fault, 'zh'))).toEqual([expect.stringContaining(':3:20: “再见，拜拜” 是一项'), expect.stringContaining(':3:46: “bye” 只从 8 句例句')])
    expect(rules.faults.map(({ severity }) => severity)).toEqual(['warning'])
  })
})

describe('a rubric’s hash', () => {
  const hashOf = (files: Readonly<Record<string, string>>): string => rubricOf(configOf(files)).id.hash
  const plain = hashOf({})

  it('is the same for the same rules', () => {
    expect(hashOf({})).toBe(plain)
  })

  it.each([
    ['a phrase', { 'standards/demo/signals/signals.yaml': SIGNALS.replace('[您好],', '[您好, 早上好],') }],
    ['a weight', { 'standards/demo/standard.yaml': STANDARD.replace('weight: 100', 'weight: 90') }],
    ['a band', { 'standards/demo/standard.yaml': STANDARD.replace('from: 60', 'from: 70') }],
    ['a dictionary word', { 'dictionary/user.txt': '您好像\n' }],
    ['a synonym', { 'synonyms.yaml': '抱歉: [对不起]\n' }],
    ['the background', { 'background/agent.txt': '您的套餐是三十九元\n' }],
    ['a clause', { 'standards/demo/clauses/clauses.yaml': CLAUSES.replace('turns: 1', 'turns: 2') }],
  ])('changes with %s', (_what, files) => {
    expect(hashOf(files)).not.toBe(plain)
  })

  it.each([
    ['a test', { 'standards/demo/clauses/clauses.yaml': `${CLAUSES}      - violated: "客服: 喂"\n` }],
    ['an example that nothing is learned from', { 'standards/demo/signals/signals.yaml': SIGNALS.replace('喂您好', '那个您好') }],
    ['a comment', { 'standards/demo/standard.yaml': `# 注释\n${STANDARD}` }],
    ['the catalogue', { 'standards/demo/standard.yaml': STANDARD.replace('以后', '将来') }],
  ])('stays with %s', (_what, files) => {
    expect(hashOf(files)).toBe(plain)
  })
})

describe('testRules and policeRules', () => {
  it('pass where every example comes out', () => {
    const rubric = rubricOf(configOf())
    expect(testRules(rubric)).toEqual({ passed: 8, failed: [] })
    expect(policeRules(rubric)).toEqual([])
  })

  it('name the example that comes out otherwise, where it stands', () => {
    const rubric = rubricOf(
      configOf({
        'standards/demo/signals/signals.yaml': SIGNALS.replace('再见, 好的', '您好, 好的'),
        'standards/demo/clauses/clauses.yaml': CLAUSES.replace('客服: 什么事', '客服: 您好什么事').replace('turn: 1', 'turn: 2'),
      }),
    )
    expect(testRules(rubric).failed.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      expect.stringMatching(/^2: "hello" hits "您好"/u),
      '8: "demo.hello" is met, but line 2 is not among the evidence (1)',
      expect.stringMatching(/^10: "demo\.hello" is met, not violated/u),
    ])
  })

  it('refuse a signal without examples, a dead one, a clause without its dialogues, and doubles', () => {
    const rubric = rubricOf(
      configOf({
        'standards/demo/signals/signals.yaml': `${SIGNALS}  bye: { phrases: [再见], hits: [再见, 再见, 好再见] }\n`,
        'standards/demo/clauses/clauses.yaml': CLAUSES.replace('      - violated: "客服: 什么事"\n', '      - met: "客服: 您好"\n'),
      }),
    )
    expect(policeRules(rubric).map(({ message }) => message)).toEqual([
      'nothing uses the signal "bye"',
      'the signal "bye" has 0 near misses; 3 are the least',
      '"再见" stands among the examples already',
      'the clause "demo.hello" has no dialogue that is violated',
      'this dialogue stands above already',
    ])
  })
})

describe('Shelf', () => {
  const call = (fields: Readonly<Record<string, unknown>>): Call => Call.parse({ call_id: 'c', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: '您好' }], ...fields })

  it('routes calls that name no standard, and takes the one they name', () => {
    const shelf = Shelf.open(configOf())
    expect(shelf.pick(call({ direction: 'inbound' }), undefined)?.id.id).toBe('demo')
    expect(shelf.pick(call({ direction: 'outbound' }), undefined)).toBeUndefined()
    expect(shelf.pick(call({ direction: 'outbound', standard: 'demo' }), undefined)?.id.id).toBe('demo')
    expect(shelf.pick(call({ standard: 'other' }), undefined)).toBeUndefined()
    expect(shelf.pick(call({ standard: 'other' }), 'demo')?.id.id).toBe('demo')
  })

  it('keeps two versions side by side and lets the day of the call decide', () => {
    const folder = configOf({ 'standards/demo/standard.yaml': `${STANDARD}effective: { to: 2026-03-31 }\n` })
    cpSync(path.join(folder, 'standards/demo'), path.join(folder, 'standards/demo-2'), { recursive: true })
    writeFileSync(path.join(folder, 'standards/demo-2/standard.yaml'), `${STANDARD.replace('1.0.0', '2.0.0')}effective: { from: 2026-04-01 }\n`)
    const shelf = Shelf.open(folder)
    const versionOn = (day: string): string | undefined => shelf.pick(call({ started_at: `${day}T10:00:00+08:00` }), 'demo')?.id.version
    expect([versionOn('2026-03-31'), versionOn('2026-04-01')]).toEqual(['1.0.0', '2.0.0'])
  })

  it('says which standards there are when asked for an unknown one', () => {
    expect(() => Shelf.open(configOf(), 'demoo')).toThrow(UnknownStandard)
    expect(() => Shelf.open(configOf(), 'demoo')).toThrow('unknown standard "demoo"; there are: demo')
  })
})

describe('coverageOf', () => {
  it('counts observable clauses and names the rest', () => {
    expect(coverageOf(rubricOf(configOf()).rules)).toEqual({
      standard: 'demo', title: '演示', decided: 1, observable: 2,
      missing: [{ id: 'demo.later', title: '以后' }], unobservable: [{ id: 'demo.smile', title: '微笑' }], extra: [],
    })
  })
})

describe('slowPatterns', () => {
  it('warns of a pattern that backtracking engines would choke on, with its place, and of no other', () => {
    const signals = `signals:\n  hello:\n    title: 问好\n    regex: ['^(您+)+$', '您[^，。]{0,6}好', '您好|你好']\n    hits: [您好, 你好啊, 喂您好]\n    misses: [再见, 好的, 嗯]\n`
    const shelf = Shelf.open(configOf({ 'standards/demo/signals/signals.yaml': signals }))
    const warnings = slowPatterns(shelf.ruleSets[0])
    expect(warnings).toMatchObject([{ line: 4, severity: 'warning', message: expect.stringContaining('"^(您+)+$" takes exponential time') as string }])
  })
})

describe('calibration', () => {
  const LEARNING = {
    'background/agent.txt': `${Array.from({ length: 80 }, (_, i) => `${['套餐', '流量', '话费', '宽带', '积分'][i % 5]}的第${i}张单子${['办好', '查到', '开通', '打印'][i % 4]}了`).join('\n')}\n`,
    'standards/demo/signals/signals.yaml': `${SIGNALS}  sorry: { title: 致歉, similar: true, hits: [真是对不住您, 实在抱歉得很, 给您赔个不是, 是我们没做好, 非常抱歉啊, 不好意思了您, 都怪我们疏忽, 对不起先生], misses: [没事的, 不用道歉, 好的] }\n`,
    'standards/demo/clauses/clauses.yaml': `${CLAUSES}  - { id: demo.later, title: 以后, dimension: courtesy, share: 1, forbid: sorry }\n`,
  }

  it('is added to the thresholds of what learned, and to the hash', () => {
    const plain = rubricOf(configOf({ ...LEARNING }))
    const shifted = rubricOf(configOf({ ...LEARNING, 'standards/demo/thresholds.yaml': 'thresholds: { sorry: 9 }\n' }))
    const outcomes = [plain, shifted].map((rubric) => scoreOf(rubric, '客服: 真是对不住您').clauses[1].outcome)
    expect(outcomes).toEqual(['violated', 'met'])
    expect(shifted.id.hash).not.toBe(plain.id.hash)
    expect(faultsOf({ ...LEARNING, 'standards/demo/thresholds.yaml': 'thresholds: { sory: 9 }\n' })).toEqual([expect.stringMatching(/^thresholds\.yaml:1:\d+: no signal "sory" that learns/u)])
  })

  it('lets a signal hit on ordinary calls as often as asked, where its phrases do not show it', () => {
    const ordinary = Array.from({ length: 1200 }, (_, i) => parseDialogue(`客服: ${['套餐', '流量', '话费', '宽带'][i % 4]}第${i}号已经办好了`))
    const [calibration] = calibrate(rubricOf(configOf({ ...LEARNING })), ordinary)
    expect(calibration).toMatchObject({ signal: 'sorry', utterances: 1200, wanted: 1 })
    expect(calibration.after).toBeLessThanOrEqual(10)
  })
})
