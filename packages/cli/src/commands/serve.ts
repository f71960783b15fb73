import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { holdsStore, serveSql } from '@yuzhi/store'
import { type Context, UserError } from '../context.js'

export interface ServeOptions {
  dir: string
  host: string
  port: number
  user: string
  passwordFile?: string
}

/** Serves an embedded store to tools that speak ClickHouse's HTTP interface, until it is told to stop. */
export async function serveCommand({ say, log }: Context, { dir, host, port, user, passwordFile }: ServeOptions, environment: Readonly<Record<string, string | undefined>>, stopped: Promise<void>): Promise<number> {
  const password = passwordFile === undefined ? environment.YUZHI_SQL_PASSWORD : readFileSync(passwordFile, 'utf8').trim()
  if (password === undefined || password === '') throw new UserError(say('serve_password'))
  if (!holdsStore(dir)) throw new UserError(say('no_store', { dir }))
  const { server, close } = await serveSql({ dir, user, password })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  log(say('serving', { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`, user }))
  await stopped
  await close()
  return 0
}
