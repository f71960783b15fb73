import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FaultError, textIn } from '@yuzhi/schemas'
import { readSettings, readStoreFile, serverOf, StoreSettings } from '@yuzhi/service'
import { type Context, UserError } from './context.js'
import { type Lang, type MessageKey, speaker } from './messages.js'
import { buildProgram } from './program.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
/** Enough for chdb's queries beside the file system's work (libuv's default is 4). */
const THREADPOOL = '16'

process.env.UV_THREADPOOL_SIZE ??= THREADPOOL
/** For what is still being written to the standard streams. */
const EXIT_GRACE_MS = 2_000
const FILE_TROUBLES: Readonly<Partial<Record<string, MessageKey>>> = { ENOENT: 'no_file', ENOTDIR: 'no_file', EACCES: 'no_access', EISDIR: 'is_folder', ENOSPC: 'disk_full' }

/** A reader that goes away (`| head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

function makeContext({ lang, config }: { lang: Lang; config?: string | undefined }): Context {
  const own = path.join(process.cwd(), 'config')
  const folder = config ?? process.env.YUZHI_CONFIG ?? (existsSync(path.join(own, 'standards')) ? own : path.join(ROOT, 'config'))
  return {
    say: speaker(lang),
    lang,
    config: folder,
    server: serverOf(readSettings(StoreSettings, process.env)),
    store: readStoreFile(folder),
    person: process.env.YUZHI_REVIEWER ?? userInfo().username,
    now: () => new Date().toISOString(),
    version: VERSION,
    cache: process.env.YUZHI_CACHE ?? path.join(ROOT, 'node_modules', '.cache', 'yuzhi'),
    fixtures: path.join(ROOT, 'test', 'fixtures'),
    isTerminal: process.stderr.isTTY,
    hasColour: process.stdout.isTTY && process.env.NO_COLOR === undefined,
    width: process.stdout.isTTY ? process.stdout.columns : Infinity,
    print: async (text) => {
      if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
    },
    log: (text) => {
      process.stderr.write(`${text}\n`)
    },
  }
}

const lang: Lang = process.argv.some((argument, i) => argument === '--lang=en' || (argument === 'en' && process.argv[i - 1] === '--lang')) ? 'en' : 'zh'
let exitCode = 0
try {
  await buildProgram(lang, makeContext, process.stdout.isTTY, (code) => {
    exitCode = code
  }).parseAsync(process.argv)
} catch (error) {
  exitCode = report(error)
}
process.exitCode = exitCode
// Threads and connections of a command that failed are nobody's any more.
if (exitCode !== 0) setTimeout(() => process.exit(exitCode), EXIT_GRACE_MS).unref()

function report(error: unknown): number {
  const isExpected = error instanceof UserError || error instanceof FaultError || isSystemError(error)
  process.stderr.write(`${isExpected ? tell(error as Error) : ((error as Error).stack ?? String(error))}\n`)
  return isExpected ? 1 : 2
}

function tell(error: Error): string {
  if (error instanceof FaultError) return textIn(error, lang)
  const { code, path: file, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE' && port !== undefined) return speaker(lang)('port_in_use', { port })
  const known = FILE_TROUBLES[code ?? '']
  return known === undefined || file === undefined ? error.message : speaker(lang)(known, { file })
}

/** Files, disks and ports: the message says which. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
