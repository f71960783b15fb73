import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TrainedCache } from '@yuzhi/signals'

/** Keeps trained models as files. What cannot be read or written is trained anew: never a failure. */
export function fileCache(folder: string): TrainedCache {
  return {
    get(key) {
      try {
        return readFileSync(path.join(folder, key))
      } catch {
        return undefined
      }
    },
    put(key, bytes) {
      try {
        mkdirSync(folder, { recursive: true })
        const file = path.join(folder, `${key}.${process.pid}`)
        writeFileSync(file, bytes)
        renameSync(file, path.join(folder, key))
      } catch {
        // A read-only installation trains each time.
      }
    },
  }
}
