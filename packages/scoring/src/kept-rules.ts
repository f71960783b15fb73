import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ENGINE } from '@yuzhi/rules'

/** The last rules of a folder that passed their own tests: a start has them where those of the folder are refused. */
export class KeptRules {
  /** Where they lie; there may be none. */
  readonly folder: string

  constructor(cache: string, config: string) {
    this.folder = path.join(cache, `rules-${ENGINE}-${createHash('sha256').update(path.resolve(config)).digest('hex').slice(0, 16)}`)
  }

  get exist(): boolean {
    return existsSync(this.folder)
  }

  /** Whether the folder holds just these. */
  are(folder: string): boolean {
    try {
      return this.exist && contentOf(folder) === contentOf(this.folder)
    } catch {
      // Another worker is just keeping newer ones.
      return false
    }
  }

  /** Keeps a copy; where nothing can be written a start checks them each time. */
  keep(folder: string): void {
    const next = `${this.folder}.${process.pid}`
    try {
      cpSync(folder, next, { recursive: true })
      rmSync(this.folder, { recursive: true, force: true })
      renameSync(next, this.folder)
    } catch {
      rmSync(next, { recursive: true, force: true })
    }
  }
}

/** The files of a folder and of those in it, by name. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((found) => found.isFile()).map((found) => path.join(found.parentPath, found.name)).sort()
}

function contentOf(folder: string): string {
  const hash = createHash('sha256')
  for (const file of filesOf(folder)) hash.update(`${path.relative(folder, file)}\n`).update(createHash('sha256').update(readFileSync(file)).digest())
  return hash.digest('hex')
}
