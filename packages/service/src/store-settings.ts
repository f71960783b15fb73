import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PrivacyOptions } from '@yuzhi/privacy'
import { Retention, type ServerOptions } from '@yuzhi/store'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { settingFaults, SettingsError, yamlFault } from './settings.js'

/** How to reach a ClickHouse server. */
export const StoreSettings = z.object({
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/u }).optional().describe('Server; absent: ClickHouse inside the process, in a folder'),
  CLICKHOUSE_USER: z.string().optional().describe('User'),
  CLICKHOUSE_PASSWORD: z.string().optional().describe('Password (secret; better as CLICKHOUSE_PASSWORD_FILE)'),
  CLICKHOUSE_DATABASE: z.string().regex(/^[A-Za-z_]\w*$/u, 'is no name of a database').optional().describe('Database; absent: yuzhi'),
  CLICKHOUSE_CLUSTER: z.string().regex(/^[\w{}-]+$/u, 'is no name of a cluster').optional().describe('Cluster that the schema is made on'),
  CLICKHOUSE_CA_FILE: z.string().optional().describe('Certificate authority of the server, PEM'),
})
export type StoreSettings = z.infer<typeof StoreSettings>

export interface ServerPlace {
  server: ServerOptions
  cluster: string | undefined
}

/** The server that the settings name, if they name one. */
export function serverOf({ CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DATABASE: database, CLICKHOUSE_CLUSTER: cluster, CLICKHOUSE_CA_FILE: ca }: StoreSettings): ServerPlace | undefined {
  if (url === undefined) return undefined
  return { server: { url, user, password, database, ca: ca === undefined ? undefined : readFileSync(ca) }, cluster }
}

const StoreFile = z.strictObject({ privacy: PrivacyOptions.prefault({}), retention: Retention.prefault({}) })
export type StoreFile = z.infer<typeof StoreFile>

/** `store.yaml` of the configuration; without one everything private is masked and all is kept for ever. */
export function readStoreFile(config: string): StoreFile {
  const file = path.join(config, 'store.yaml')
  if (!existsSync(file)) return StoreFile.parse({})
  try {
    const parsed = StoreFile.safeParse(parse(readFileSync(file, 'utf8')) ?? {}, { reportInput: true })
    if (parsed.success) return parsed.data
    throw new SettingsError(settingFaults(parsed.error, file))
  } catch (error) {
    if (error instanceof YAMLParseError) throw new SettingsError([yamlFault(file, error)])
    throw error
  }
}
