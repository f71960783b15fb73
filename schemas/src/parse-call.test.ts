import { describe, expect, it } from 'vitest'
import { jsonSchemas } from './json-schema.js'
import { parseCall } from './parse-call.js'

const good = { call_id: 'c1', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: '您好' }] }

function faultsOf(value: unknown): string[] {
  const parsed = parseCall(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  return parsed.ok ? [] : parsed.rejected.map(({ code, path }) => `${code} ${path}`)
}

describe('parseCall', () => {
  it('takes a call and keeps fields it does not know', () => {
    const parsed = parseCall(Buffer.from(JSON.stringify({ ...good, recorder: 'r7' })))
    expect(parsed.ok && parsed.call).toMatchObject({ call_id: 'c1', recorder: 'r7' })
  })

  it('rejects truncated JSON', () => {
    expect(faultsOf(JSON.stringify(good).slice(0, -4))).toEqual(['invalid_json '])
  })

  it('rejects invalid UTF-8 and says at which byte', () => {
    const bytes = Buffer.concat([Buffer.from('{"call_id":"'), Buffer.from([0xff]), Buffer.from('"}')])
    const parsed = parseCall(bytes)
    expect(parsed).toMatchObject({ ok: false, rejected: [{ code: 'invalid_utf8', message: 'not UTF-8 at byte 12' }] })
  })

  it('names every wrong field at once', () => {
    const faults = faultsOf({ ...good, call_id: 7, ring_ms: -1, turns: [{ role: 'boss', text: 5 }] })
    expect(faults).toEqual(['invalid_call call_id', 'invalid_call ring_ms', 'invalid_call turns.0.role', 'invalid_call turns.0.text'])
  })

  it('rejects a call without turns', () => {
    expect(faultsOf({ ...good, turns: [] })).toEqual(['invalid_call turns'])
  })

  it('rejects negative times and turns out of time order', () => {
    const turns = [{ role: 'agent', text: '一', start_ms: 5000, end_ms: 4000 }, { role: 'agent', text: '二', start_ms: 1000 }]
    expect(faultsOf({ ...good, turns })).toEqual(['invalid_call turns.0.end_ms', 'invalid_call turns.1.start_ms'])
    expect(faultsOf({ ...good, turns: [{ role: 'agent', text: '一', start_ms: -5 }] })).toEqual(['invalid_call turns.0.start_ms'])
  })

  it('lets turns overlap', () => {
    const turns = [{ role: 'customer', text: '一', start_ms: 0, end_ms: 4000 }, { role: 'agent', text: '二', start_ms: 3000, end_ms: 5000 }]
    expect(faultsOf({ ...good, turns })).toEqual([])
  })

  it('rejects a start without an offset', () => {
    expect(faultsOf({ ...good, started_at: '2026-03-12 10:00' })).toEqual(['invalid_call started_at'])
  })

  it('takes a call of 100,000 turns', () => {
    expect(faultsOf({ ...good, turns: Array.from({ length: 100_000 }, () => ({ role: 'agent', text: '嗯' })) })).toEqual([])
  })
})

describe('JSON Schema', () => {
  it('is exported for calls, scores and events', () => {
    expect(jsonSchemas()).toMatchObject({ 'call.schema.json': { required: ['call_id', 'started_at', 'turns'] }, 'score.schema.json': { type: 'object' }, 'event.schema.json': { type: 'object' } })
  })
})
