import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const CONFIG = `${ROOT}config`
export const FIXTURES = `${ROOT}test/fixtures`
export const JUDGEMENT = `${ROOT}test/judgement`
