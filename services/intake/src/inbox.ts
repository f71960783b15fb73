import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from '@yuzhi/service'
import { type Line, linesOf, type Rejection, type Taken } from './take-calls.js'

export interface InboxOptions {
  dir: string
  deadLetters: string
  pollMs: number
  take: (lines: readonly Line[], arrival: { source: string; at: number }) => Promise<Taken>
  version: string
  log: Logger
}

export interface Inbox {
  stop: () => Promise<void>
}

/** Read at a time. */
const PIECE_BYTES = 4 * 1024 * 1024
/** A file that was written to within this time may not be whole yet. */
const RESTS_MS = 1_000

/**
 * Takes files of calls (.jsonl) from a folder. A file is moved to `done/` when all of it is durable;
 * what is left after a crash is taken again, which changes nothing. Lines that are no calls go to the
 * dead letters. Move finished files into the folder; one that still grows is left until it rests.
 */
export function openInbox({ dir, deadLetters, pollMs, take, version, log }: InboxOptions): Inbox {
  const done = path.join(dir, 'done')
  mkdirSync(done, { recursive: true })
  let isStopping = false
  let timer: NodeJS.Timeout | undefined
  const takeFile = async (name: string): Promise<void> => {
    const file = path.join(dir, name)
    const at = statSync(file).mtimeMs
    let accepted = 0
    let rejected = 0
    for await (const lines of piecesOf(file)) {
      if (isStopping) return
      const taken = await take(lines, { source: name, at })
      accepted += taken.accepted.length
      rejected += taken.rejected.length
      for (const rejection of taken.rejected) bury(deadLetters, name, rejection, lines, at, version)
    }
    renameSync(file, path.join(done, name))
    log.info({ file: name, accepted, rejected }, 'file_taken')
  }
  const look = async (): Promise<void> => {
    const names = readdirSync(dir).filter((name) => name.endsWith('.jsonl')).sort()
    for (const name of names) {
      if (isStopping) return
      if (Date.now() - statSync(path.join(dir, name)).mtimeMs < RESTS_MS) continue
      await takeFile(name)
    }
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

/** The bytes as they came, and beside them why they are here. The name is that of the line, so that a second try writes the same. */
function bury(folder: string, file: string, { line, code, path: field, message }: Rejection, lines: readonly Line[], at: number, version: string): void {
  const value = lines.find(({ number }) => number === line)?.value ?? new Uint8Array()
  const name = path.join(folder, `${file}.${line}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${name}.bytes`, value)
  writeFileSync(`${name}.json`, `${JSON.stringify({ code, path: field, message, source: `${file}/0/${line}`, time: new Date(at).toISOString(), version })}\n`)
}
