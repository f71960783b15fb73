import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Health } from './health.js'
import { openHttp } from './http-server.js'
import { openLog } from './log.js'
import { openMetrics } from './metrics.js'
import { EXIT, runService } from './run-service.js'

function logTo(lines: string[]): ReturnType<typeof openLog> {
  return openLog('test', 'debug', new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'))
      done()
    },
  }))
}

describe('health', () => {
  it('is sick only when there is work and nothing moved for the time allowed', async () => {
    let now = 0
    const health = new Health(1000, openMetrics('t').lastProgress, () => now)
    now = 5000
    expect(health.sickness()).toBeUndefined()
    health.setWaiting(3)
    now = 5900
    expect(health.sickness()).toBeUndefined()
    now = 6100
    expect(health.sickness()).toContain('nothing moved')
    health.moved()
    expect(health.sickness()).toBeUndefined()
    health.setWaiting(0)
    now = 60_000
    expect(health.sickness()).toBeUndefined()
    let end: () => void = () => undefined
    const work = health.working(() => new Promise<void>((resolve) => { end = resolve }))
    now = 60_900
    expect(health.sickness()).toBeUndefined()
    now = 61_100
    expect(health.sickness()).toContain('nothing moved')
    end()
    await work
    expect(health.sickness()).toBeUndefined()
  })
})

describe('the page of a service', () => {
  it('answers /healthz, /readyz and /metrics, and says why it is not ready', async () => {
    const metrics = openMetrics('t')
    const [one, other] = [new Health(1000, metrics.lastProgress), new Health(1000, metrics.lastProgress)]
    one.notReady = undefined
    other.notReady = 'ClickHouse: away'
    metrics.callsIn.inc(2)
    const http = await openHttp({ host: '127.0.0.1', port: 0, healths: [one, other], registry: metrics.registry, onError: () => undefined })
    const ask = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`${http.url}${path}`)
      return [response.status, await response.text()]
    }
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
    expect(await ask('/readyz')).toEqual([503, 'ClickHouse: away\n'])
    other.notReady = undefined
    expect(await ask('/readyz')).toEqual([200, 'ok\n'])
    expect((await ask('/metrics'))[1]).toContain('yuzhi_calls_in_total{service="t"} 2')
    expect((await ask('/else'))[0]).toBe(404)
    await http.close()
  })
})

describe('the log', () => {
  it('hides words of calls and secrets, however they got into its fields', () => {
    const lines: string[] = []
    const log = logTo(lines)
    const secret = '我的身份证号是'
    log.info({ text: secret, call: { turns: [secret] }, at: { text: secret, password: secret }, deep: { at: { value: secret, reason: secret } } }, 'oops')
    log.error({ error: Object.assign(new Error('broken', { cause: new Error('below') }), { call: secret, code: 'bad_rows' }) }, 'failed')
    const all = lines.join('')
    expect(all).not.toContain(secret)
    expect(all).toContain('bad_rows')
    expect(all).toContain('below')
  })
})

describe('runService', () => {
  it('says with its exit code that a service failed by itself', async () => {
    const lines: string[] = []
    let stopped = false
    const code = await runService({ failed: Promise.reject(new Error('no more')), stop: () => { stopped = true; return Promise.resolve() } }, 1000, logTo(lines))
    expect([code, stopped]).toEqual([EXIT.failed, true])
    expect(lines.join('')).toContain('service_failed')
  })

  it('stops on a signal and says when the deadline came first', async () => {
    const never = new Promise<never>(() => undefined)
    const run = runService({ failed: never, stop: () => never }, 50, logTo([]))
    process.emit('SIGTERM')
    expect(await run).toBe(EXIT.deadline)
    for (const signal of ['SIGTERM', 'SIGINT']) process.removeAllListeners(signal)
  })
})
