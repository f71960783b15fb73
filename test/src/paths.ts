import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const CONFIG = `${ROOT}config`
export const FIXTURES = `${ROOT}test/fixtures`
export const JUDGEMENT = `${ROOT}test/judgement`
export const CLI = `${ROOT}packages/cli/bin/yuzhi.mjs`
/** Folder of trained models. */
export const CACHE = `${ROOT}node_modules/.cache/yuzhi`

export function readLines(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n')
}
