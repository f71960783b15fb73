import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PrivacyOptions } from '@yuzhi/privacy'
import type { RubricRecord } from '@yuzhi/rules'
import { type FaultText, textOf } from '@yuzhi/schemas'
import { filesOf, KeptRules } from './kept-rules.js'
import { openScoringPool, type PoolOptions, RulesBroken, type ScoringPool } from './scoring-pool.js'

export interface RuleBookOptions extends Omit<PoolOptions, 'privacy'> {
  /** What a folder of rules says is masked; throws where it says it wrongly. */
  readPrivacy: (folder: string) => PrivacyOptions
  /** How often the folder is looked at; 0: never. */
  pollMs: number
  /** Awaited before the rules are used for the first time: whoever needs to know them is told here. */
  announce: (rubrics: readonly RubricRecord[]) => Promise<void>
  /** The first time, too. */
  onAdopted?: (rubrics: readonly RubricRecord[], privacy: PrivacyOptions) => void
  /** What the folder holds now is not used. */
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

/**
 * Opens the rules of a folder and watches it. Rules that fail their own tests are refused, at the start as later: the
 * last ones that passed judge on. Throws RulesBroken where there are none.
 */
export async function openRuleBook(options: RuleBookOptions): Promise<RuleBook> {
  const kept = new KeptRules(options.cache, options.config)
  let seen = stampOf(options.config)
  const first = await checkedEdition(options, kept)
  if (isRefused(first)) {
    if (!kept.exist) throw new RulesBroken(first)
    options.onRefused?.(first.message)
  }
  let edition = isRefused(first) ? await openEdition(options, copyOf(kept.folder)) : first
  await options.announce(edition.pool.rubrics)
  options.onAdopted?.(edition.pool.rubrics, edition.privacy)
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
    const next = await checkedEdition(options, kept)
    if (isRefused(next)) {
      seen = stamp
      options.onRefused?.(next.message)
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
    options.onAdopted?.(next.pool.rubrics, next.privacy)
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
  privacy: PrivacyOptions
  use: <T>(work: (pool: ScoringPool) => Promise<T>) => Promise<T>
  /** Ends when nobody uses it any more. */
  retire: () => Promise<void>
  close: () => Promise<void>
}

async function openEdition(options: RuleBookOptions, copy: string): Promise<Edition> {
  try {
    const privacy = options.readPrivacy(copy)
    const pool = await openScoringPool({ ...options, privacy, config: copy })
    let users = 0
    let whenIdle: (() => void) | undefined
    const close = async (): Promise<void> => {
      await pool.close()
      rmSync(copy, { recursive: true, force: true })
    }
    return {
      pool,
      privacy,
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

function isRefused(checked: Edition | FaultText): checked is FaultText {
  return 'message' in checked
}

/** The folder as it is now, if it passes its checks and its own examples; else why not. */
async function checkedEdition(options: RuleBookOptions, kept: KeptRules): Promise<Edition | FaultText> {
  const copy = copyOf(options.config)
  const havePassed = kept.are(copy)
  const refusal = havePassed ? undefined : privacyFault(options, copy) ?? (await checkRules(copy, options.cache))
  if (refusal !== undefined) {
    rmSync(copy, { recursive: true, force: true })
    return { message: refusal.message.replaceAll(copy, options.config), zh: refusal.zh.replaceAll(copy, options.config) }
  }
  const edition = await openEdition(options, copy)
  if (!havePassed) kept.keep(copy)
  return edition
}

function privacyFault({ readPrivacy }: RuleBookOptions, copy: string): FaultText | undefined {
  try {
    readPrivacy(copy)
    return undefined
  } catch (error) {
    return textOf(error)
  }
}

/** Runs beside the scoring threads; undefined: all is well. */
function checkRules(config: string, cache: string): Promise<FaultText | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(CHECKER, { workerData: { config, cache }, execArgv: [] })
    worker.once('message', (refusal: FaultText | undefined) => {
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
  for (const file of filesOf(folder)) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file}\n${size}\n${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
