import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from '@yuzhi/service'
import { type Line, linesOf, type Rejection, type Taken } from './take-calls.js'

export interface InboxOptions {
  dir: string
  deadLetters: string
  pollMs: number
  take: (lines: readonly Line[], arrival: { source: string; at: number }) => Promise<Taken>
  onBuried: (code: Rejection['code']) => void
  version: string
  log: Logger
}

export interface Inbox {
  stop: () => Promise<void>
}

/** Read at a time. */
const PIECE_BYTES = 4 * 1024 * 1024
/** A file that changed within this time may not be whole yet. */
const RESTS_MS = 1_000
/** Of files that were taken, so many are looked at again: whoever still had one open may write to it. */
const WATCHED = 100
const CALLS = /\.(jsonl|ndjson)$/iu
/** How programs name what they still write. */
const UNFINISHED = /^\.|\.(part|partial|tmp|temp|filepart|crdownload|swp)$|~$/iu

/** Size and time of a file; another one means that it was written to. */
interface Stamp {
  size: number
  mtimeMs: number
}

/**
 * Takes files of calls (.jsonl, .ndjson) from a folder. A file is moved to `done/` when all of it is
 * durable; what is left after a crash is taken again, which changes nothing. Lines that are no calls
 * go to the dead letters. Move finished files into the folder; one that still grows is left until it
 * rests, and one that grows after that is taken once more.
 */
export function openInbox({ dir, deadLetters, pollMs, take, onBuried, version, log }: InboxOptions): Inbox {
  const done = path.join(dir, 'done')
  mkdirSync(done, { recursive: true })
  let isStopping = false
  let timer: NodeJS.Timeout | undefined
  /** What each file was like when it last changed, and when that was seen. */
  let seen = new Map<string, Stamp & { at: number }>()
  /** Files that were taken, as they were then. */
  const watched = new Map<string, Stamp>()
  const passedOver = new Set<string>()

  const takeFile = async (name: string, before: Stamp): Promise<void> => {
    const file = path.join(dir, name)
    let accepted = 0
    let rejected = 0
    for await (const lines of piecesOf(file)) {
      if (isStopping) return
      const taken = await take(lines, { source: name, at: before.mtimeMs })
      accepted += taken.accepted.length
      rejected += taken.rejected.length
      for (const rejection of taken.rejected) {
        bury(deadLetters, name, rejection, lines, before.mtimeMs, version)
        onBuried(rejection.code)
      }
    }
    // It grew meanwhile: at rest it is taken once more, which changes nothing for what is stored already.
    if (!isSame(before, stampOf(file))) return
    const kept = freeName(done, name)
    renameSync(file, path.join(done, kept))
    log.info({ file: name, kept: path.join(done, kept), accepted, rejected }, 'file_taken')
    watched.set(kept, before)
    const [oldest] = watched.keys()
    if (watched.size > WATCHED) watched.delete(oldest)
  }

  /** A writer that had the file open when it was moved goes on writing to it where it lies now. */
  const fetchBackGrown = (): void => {
    for (const [name, before] of watched) {
      const file = path.join(done, name)
      const now = stampOf(file)
      if (isSame(before, now)) continue
      watched.delete(name)
      if (now === undefined || now.size <= before.size) continue
      renameSync(file, path.join(dir, freeName(dir, name)))
      log.warn({ file: name, bytes: now.size - before.size }, 'file_grew_after_it_was_taken')
    }
  }

  const look = async (): Promise<void> => {
    fetchBackGrown()
    const entries = readdirSync(dir, { withFileTypes: true })
    for (const entry of entries) if (isStranger(entry.name, entry.isDirectory(), done, dir)) warnOnce(entry.name)
    const names = entries.filter((entry) => entry.isFile() && CALLS.test(entry.name) && !UNFINISHED.test(entry.name)).map(({ name }) => name).sort()
    seen = new Map(names.flatMap((name) => {
      const stamp = stampOf(path.join(dir, name))
      const before = seen.get(name)
      return stamp === undefined ? [] : [[name, before !== undefined && isSame(before, stamp) ? before : { ...stamp, at: performance.now() }]]
    }))
    for (const [name, stamp] of seen) {
      if (isStopping) return
      if (performance.now() - stamp.at < RESTS_MS || !isSame(stamp, stampOf(path.join(dir, name)))) continue
      await takeFile(name, stamp)
    }
  }

  function warnOnce(name: string): void {
    if (passedOver.has(name)) return
    passedOver.add(name)
    log.warn({ file: name, taken: '*.jsonl, *.ndjson' }, 'file_not_taken')
  }

  let looking: Promise<void> = Promise.resolve()
  const schedule = (): void => {
    if (isStopping || pollMs === 0) return
    timer = setTimeout(() => {
      looking = look().catch((error: unknown) => { log.error({ error }, 'inbox_failed') }).finally(schedule)
    }, pollMs)
  }
  schedule()
  return {
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await looking
    },
  }
}

/** Whether something lies in the inbox that nobody will ever take. */
function isStranger(name: string, isFolder: boolean, done: string, dir: string): boolean {
  return isFolder ? path.join(dir, name) !== done : !CALLS.test(name) && !UNFINISHED.test(name)
}

function stampOf(file: string): Stamp | undefined {
  return statSync(file, { throwIfNoEntry: false })
}

function isSame(before: Stamp, now: Stamp | undefined): boolean {
  return before.size === now?.size && before.mtimeMs === now.mtimeMs
}

/** The name, or, where it is taken, the first free one of `name-2.jsonl`, `name-3.jsonl`… */
function freeName(folder: string, name: string): string {
  const { name: stem, ext } = path.parse(name)
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${stem}-${count}${ext}`
    if (!existsSync(path.join(folder, free))) return free
  }
}

/** Whole lines, some megabytes at a time. */
async function* piecesOf(file: string): AsyncGenerator<Line[]> {
  const handle = await open(file)
  try {
    let held: Buffer = Buffer.alloc(0)
    let before = 0
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES)
      const all: Buffer = Buffer.concat([held, buffer.subarray(0, bytesRead)])
      const end = bytesRead === 0 ? all.length : all.lastIndexOf(0x0a) + 1
      const whole = all.subarray(0, end)
      const lines = linesOf(whole).map(({ number, value }) => ({ number: number + before, value }))
      before += countNewlines(whole)
      held = all.subarray(end)
      if (lines.length > 0) yield lines
      if (bytesRead === 0) return
    }
  } finally {
    await handle.close()
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++
  return count
}

/**
 * The bytes as they came, and beside them why they are here. The name is that of the line, so that a second
 * try writes the same; another file of the same name with other bytes there takes the next name.
 */
function bury(folder: string, file: string, { line, code, path: field, message }: Rejection, lines: readonly Line[], at: number, version: string): void {
  const value = lines.find(({ number }) => number === line)?.value ?? new Uint8Array()
  mkdirSync(folder, { recursive: true })
  const named = (count: number): string => path.join(folder, `${file}.${line}${count === 1 ? '' : `-${count}`}`)
  let count = 1
  while (existsSync(`${named(count)}.bytes`) && !readFileSync(`${named(count)}.bytes`).equals(value)) count++
  writeFileSync(`${named(count)}.bytes`, value)
  writeFileSync(`${named(count)}.json`, `${JSON.stringify({ code, path: field, message, source: `${file}/0/${line}`, time: new Date(at).toISOString(), version })}\n`)
}
