import { Presets, SingleBar } from 'cli-progress'
import type { Context } from './context.js'

/** A bar on standard error, where that is a terminal and the size is known. */
export function progressBar({ isTerminal }: Context, bytes: number, title: string): { update: (read: number) => void; stop: () => void } {
  if (!isTerminal || bytes === 0) return { update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({ format: `${title} {bar} {percentage}% {eta_formatted}`, stream: process.stderr, fps: 4, clearOnComplete: true }, Presets.shades_classic)
  bar.start(bytes, 0)
  return {
    update: (read) => {
      bar.update(read)
    },
    stop: () => {
      bar.stop()
    },
  }
}
