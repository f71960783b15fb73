import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { z } from 'zod'
import { openChdb } from './chdb-executor.js'
import { openClient } from './client-executor.js'
import { createEndpoint } from './http-endpoint.js'
import type { Executor, Settings } from './executor.js'
import { DATABASE, type StorePlace } from './store-place.js'

/** Says where the process that has the folder open lets others in; readable by the owner of the folder alone. */
const FILE = 'owner.json'
const ASK_LIMIT_MS = 2_000

const Owner = z.object({ url: z.string(), user: z.string(), password: z.string() })

/**
 * One process at a time owns a folder of ClickHouse. This lets the others on this machine work with it
 * all the same, through that process; the folder's `owner.json` holds the way in. Returns what ends it.
 */
export async function letOthersIn(dir: string): Promise<() => Promise<void>> {
  const owner = { user: 'owner', password: randomBytes(24).toString('hex') }
  const server = createEndpoint({ ...owner, writable: true, check: (sql) => Promise.resolve(sql), open: (settings) => openOwn(dir, settings) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const file = path.join(dir, FILE)
  writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...owner }), { mode: 0o600 })
  return async () => {
    rmSync(file, { force: true })
    await new Promise<void>((resolve) => {
      server.close(() => { resolve() })
      server.closeAllConnections()
    })
  }
}

async function openOwn(dir: string, settings: Settings): Promise<Executor> {
  const executor = await openChdb(dir, settings)
  await executor.command(`USE ${DATABASE}`)
  return executor
}

/** The folder, or the process that has it open. */
export async function wayInto(dir: string): Promise<StorePlace> {
  const owner = readOwner(path.join(dir, FILE))
  if (owner === undefined) return { dir }
  const client = openClient({ ...owner, timeoutMs: ASK_LIMIT_MS })
  try {
    await client.query('SELECT 1', 'TSV')
    return { server: owner }
  } catch {
    // It ended without a word, or another process has the port now.
    return { dir }
  } finally {
    await client.close()
  }
}

function readOwner(file: string): z.infer<typeof Owner> | undefined {
  try {
    return Owner.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
