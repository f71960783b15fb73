import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Call, type Score } from '@yuzhi/schemas'
import type { RubricRecord } from './publications.js'
import type { ScoredCall } from './stored-call.js'

/** For tests: calls as they are stored, without a rubric that would have to be compiled. */

export const SCORED_AT = '2026-03-31T00:00:00.000Z'

export const RUBRIC: RubricRecord = { hash: 'h', id: 'hotline', version: '1.0.0', title: '热线', clauses: [{ id: 'c.met', title: '问好', veto: false }, { id: 'c.none', title: '道歉', veto: false }], body: '{}' }

export const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'yuzhi-store-'))

export interface Fields {
  points?: number
  rubric?: string
  position?: number
  startedAt?: string
  customer?: string
  agent?: string
  texts?: readonly string[]
}

/** A call with a met clause of so many points and one that does not apply. */
export function scored(id: string, { points = 88.5, rubric = 'h', position = 0, startedAt = '2026-03-12T10:00:00+08:00', customer = 'u1', agent = 'a1', texts = ["您好 '引号'", '嗯'] }: Fields = {}): ScoredCall {
  const call = Call.parse({
    call_id: id, started_at: startedAt, duration_ms: 61_000, direction: 'inbound', agent: { id: agent, name: '小周', team: '一组' }, customer: { id: customer },
    attributes: { queue: '宽带' },
    turns: texts.map((text, i) => ({ role: i % 2 === 0 ? 'agent' : 'customer', text, ...(i === 0 ? { start_ms: 0, end_ms: 900, confidence: 0.9 } : {}) })),
  })
  const score: Score = {
    call_id: id, standard: 'hotline', rubric: { id: 'hotline', version: '1.0.0', hash: rubric }, score: points, grade: '良好', fatal: false, base: 0,
    clauses: [
      { id: 'c.met', outcome: 'met', points, evidence: [{ turn: 0, start: 0, end: 2, text: texts[0].slice(0, 2) }], reason: '说了' },
      { id: 'c.none', outcome: 'not_applicable', points: 0, evidence: [], reason: '不适用' },
    ],
  }
  return { call, score, position, source: `calls.transcripts/0/${position}` }
}
