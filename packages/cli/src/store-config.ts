import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PrivacyOptions } from '@yuzhi/privacy'
import { Retention, type ServerOptions } from '@yuzhi/store'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { type StoreConfig, UserError } from './context.js'

const StoreFile = z.strictObject({ privacy: PrivacyOptions.prefault({}), retention: Retention.prefault({}) })

/** Reads `store.yaml` of the configuration; without one everything private is masked and all is kept for ever. */
export function readStoreConfig(config: string): StoreConfig {
  const file = path.join(config, 'store.yaml')
  if (!existsSync(file)) return StoreFile.parse({})
  try {
    const parsed = StoreFile.safeParse(parse(readFileSync(file, 'utf8')) ?? {})
    if (parsed.success) return parsed.data
    throw new UserError(parsed.error.issues.map(({ path: field, message }) => `${file}: ${field.join('.')}: ${message}`).join('\n'))
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UserError(`${file}: ${error.message}`)
    throw error
  }
}

const Environment = z.object({
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/u }).optional(),
  CLICKHOUSE_USER: z.string().optional(),
  CLICKHOUSE_PASSWORD: z.string().optional(),
  CLICKHOUSE_PASSWORD_FILE: z.string().optional(),
  CLICKHOUSE_DATABASE: z.string().regex(/^[A-Za-z_]\w*$/u, 'is no name of a database').optional(),
  CLICKHOUSE_CLUSTER: z.string().regex(/^[\w{}-]+$/u, 'is no name of a cluster').optional(),
  CLICKHOUSE_CA_FILE: z.string().optional(),
})

/** The server that the environment names, if it names one. */
export function serverFrom(environment: Readonly<Record<string, string | undefined>>): { server: ServerOptions; cluster: string | undefined } | undefined {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) throw new UserError(parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`).join('\n'))
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_PASSWORD_FILE: file, CLICKHOUSE_DATABASE: database, CLICKHOUSE_CLUSTER: cluster, CLICKHOUSE_CA_FILE: ca } = parsed.data
  if (url === undefined) return undefined
  const secret = file === undefined ? password : readFileSync(file, 'utf8').trim()
  return { server: { url, user, password: secret, database, tls: ca === undefined ? undefined : { ca: readFileSync(ca) } }, cluster }
}
