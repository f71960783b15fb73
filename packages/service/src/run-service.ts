import type { Logger } from './log.js'

/** What the exit of a service says. */
export const EXIT = {
  /** Stopped as asked, all work in hand finished. */
  done: 0,
  /** The configuration or the rules are wrong: starting again does not help. */
  settings: 1,
  /** It could not go on by itself: start it again. */
  failed: 2,
  /** Stopped as asked, but the deadline came before the work in hand was finished; the next start takes it up. */
  deadline: 3,
  /** A second signal ended it at once. */
  forced: 4,
} as const

/** A service that runs; `stop` finishes the work in hand. */
export interface Running {
  stop: () => Promise<void>
  /** Rejects when the service cannot go on. */
  failed: Promise<never>
}

/**
 * Runs until SIGTERM or SIGINT, then stops within the deadline; a second signal ends it at once.
 * Returns the exit code.
 */
export async function runService({ stop, failed }: Running, deadlineMs: number, log: Logger): Promise<number> {
  let asked: () => void
  const stopped = new Promise<'stop'>((resolve) => {
    asked = () => { resolve('stop') }
  })
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stop_asked')
    process.on(signal, () => {
      log.warn({ signal }, 'stop_forced')
      process.exit(EXIT.forced)
    })
    asked()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, onSignal)
  const outcome = await Promise.race([stopped, failed.catch((error: unknown) => error)])
  if (outcome !== 'stop') log.fatal({ error: outcome }, 'service_failed')
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => { resolve('late') }, deadlineMs)
  })
  const end = await Promise.race([stop().then(() => 'ended' as const, (error: unknown) => {
    log.error({ error }, 'stop_failed')
    return 'late' as const
  }), late])
  clearTimeout(timer)
  log.info({ end }, 'service_stopped')
  if (outcome !== 'stop') return EXIT.failed
  return end === 'ended' ? EXIT.done : EXIT.deadline
}
