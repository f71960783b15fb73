import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RubricRecord } from '@yuzhi/rules'
import { openScoringPool, type PoolOptions, type ScoringPool } from './scoring-pool.js'

export interface RuleBookOptions extends PoolOptions {
  /** How often the folder is looked at; 0: never. */
  pollMs: number
  /** Awaited before the rules are used for the first time: whoever needs to know them is told here. */
  announce: (rubrics: readonly RubricRecord[]) => Promise<void>
  onAdopted?: (rubrics: readonly RubricRecord[]) => void
  /** The folder changed, but what it holds now is not used. */
  onRefused?: (reason: string) => void
}

/** The rules in use; a changed folder replaces them once it has passed its own tests. */
export interface RuleBook {
  /** To be asked for at the border of a batch; what it returned stays usable until the batch is done. */
  use: <T>(work: (pool: ScoringPool) => Promise<T>) => Promise<T>
  current: () => ScoringPool
  close: () => Promise<void>
}

const CHECKER = new URL(import.meta.url.endsWith('.ts') ? '../dist/check-thread.js' : './check-thread.js', import.meta.url)

/** Opens the rules of a folder and watches it. Throws RulesBroken where they cannot be used at all. */
export async function openRuleBook(options: RuleBookOptions): Promise<RuleBook> {
  let seen = stampOf(options.config)
  let edition = await openEdition(options)
  await options.announce(edition.pool.rubrics)
  let changed = seen
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()
  let isClosed = false

  const look = async (): Promise<void> => {
    const stamp = stampOf(options.config)
    // Files that still change are left until they rest for one look.
    if (stamp === seen || stamp !== changed) {
      changed = stamp
      return
    }
    const next = await checkedEdition(options)
    if (typeof next === 'string') {
      seen = stamp
      options.onRefused?.(next)
      return
    }
    try {
      await options.announce(next.pool.rubrics)
    } catch (error) {
      // They are tried again at the next look.
      await next.close()
      throw error
    }
    seen = stamp
    const before = edition
    edition = next
    options.onAdopted?.(next.pool.rubrics)
    await before.retire()
  }
  const schedule = (): void => {
    if (isClosed || options.pollMs === 0) return
    timer = setTimeout(() => {
      looking = look().catch((error: unknown) => { options.onRefused?.((error as Error).message) }).finally(schedule)
    }, options.pollMs)
    timer.unref()
  }
  schedule()

  return {
    use: (work) => edition.use(work),
    current: () => edition.pool,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await looking
      await edition.close()
    },
  }
}

/** A copy of the rules and the threads that use it; the folder may change meanwhile. */
interface Edition {
  pool: ScoringPool
  use: <T>(work: (pool: ScoringPool) => Promise<T>) => Promise<T>
  /** Ends when nobody uses it any more. */
  retire: () => Promise<void>
  close: () => Promise<void>
}

async function openEdition(options: PoolOptions, copy = copyOf(options.config)): Promise<Edition> {
  try {
    const pool = await openScoringPool({ ...options, config: copy })
    let users = 0
    let whenIdle: (() => void) | undefined
    const close = async (): Promise<void> => {
      await pool.close()
      rmSync(copy, { recursive: true, force: true })
    }
    return {
      pool,
      async use(work) {
        users++
        try {
          return await work(pool)
        } finally {
          users--
          if (users === 0) whenIdle?.()
        }
      },
      async retire() {
        if (users > 0) await new Promise<void>((resolve) => { whenIdle = resolve })
        await close()
      },
      close,
    }
  } catch (error) {
    rmSync(copy, { recursive: true, force: true })
    throw error
  }
}

/** The folder as it is now, if it passes its checks and its own examples; else why not. */
async function checkedEdition(options: PoolOptions): Promise<Edition | string> {
  const copy = copyOf(options.config)
  const refusal = await checkRules(copy, options.cache)
  if (refusal !== undefined) {
    rmSync(copy, { recursive: true, force: true })
    return refusal.replaceAll(copy, options.config)
  }
  return openEdition(options, copy)
}

/** Runs beside the scoring threads; undefined: all is well. */
function checkRules(config: string, cache: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(CHECKER, { workerData: { config, cache }, execArgv: [] })
    worker.once('message', (refusal: string | undefined) => {
      resolve(refusal)
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', () => { reject(new Error('the check of the rules ended without a word')) })
  })
}

function copyOf(config: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'yuzhi-rules-'))
  cpSync(config, copy, { recursive: true })
  return copy
}

/** Names, sizes and times of all files of a folder. */
function stampOf(folder: string): string {
  const hash = createHash('sha256')
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((found) => found.isFile()).map((found) => path.join(found.parentPath, found.name)).sort()) {
    const { size, mtimeMs } = statSync(entry)
    hash.update(`${entry}\n${size}\n${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
