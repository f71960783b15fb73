import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type CrossCheck, documentSettings, readSettings, SettingsError, wholeNumber } from './settings.js'

const Schema = z.object({
  PORT: wholeNumber(1, 65_535).default(80).describe('Where it listens'),
  SECURE: z.stringbool().default(false).describe('TLS'),
  LEVEL: z.enum(['low', 'high']).default('low').describe('How much'),
  PASSWORD: z.string().optional().describe('Secret'),
  CA_FILE: z.string().optional().describe('A file by itself'),
})

function fileOf(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'yuzhi-settings-')), 'settings.yaml')
  writeFileSync(file, text)
  return file
}

describe('readSettings', () => {
  it('gives real numbers and booleans, frozen', () => {
    const settings = readSettings(Schema, { PORT: '8080', SECURE: 'yes' })
    expect(settings).toEqual({ PORT: 8080, SECURE: true, LEVEL: 'low' })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  it('takes from the file what the environment lacks', () => {
    expect(readSettings(Schema, { YUZHI_SETTINGS: fileOf('PORT: 1\nLEVEL: high\nSINK_OTHER: 3\n'), PORT: '2' })).toMatchObject({ PORT: 2, LEVEL: 'high' })
  })

  it('reads secrets from files, and leaves settings that are files by themselves alone', () => {
    expect(readSettings(Schema, { PASSWORD_FILE: fileOf('hidden\n'), CA_FILE: '/ca.pem' })).toMatchObject({ PASSWORD: 'hidden', CA_FILE: '/ca.pem' })
  })

  it('names everything that is wrong at once', () => {
    const check = (): ReturnType<CrossCheck> => [{ field: 'CA_FILE', message: 'is needed with SECURE', zh: 'SECURE 要求它' }]
    const read = (): unknown => readSettings(Schema, { PORT: '70000', SECURE: 'maybe', LEVEL: 'middle', PASSWORD_FILE: '/none', YUZHI_SETTINGS: fileOf('port: 3\nLIST: [1]\n') }, check)
    expect(read).toThrow(SettingsError)
    try {
      read()
    } catch (error) {
      const text = (error as Error).message
      for (const name of ['PORT', 'SECURE', 'LEVEL', 'PASSWORD_FILE', 'LIST', 'CA_FILE: is needed']) expect(text).toContain(name)
    }
  })

  it('takes a variable that is set to nothing as absent', () => {
    expect(readSettings(Schema, { PORT: '' })).toMatchObject({ PORT: 80 })
  })
})

describe('documentSettings', () => {
  it('tells name, meaning, default and values of every key', () => {
    expect(documentSettings(Schema)).toContainEqual({ name: 'LEVEL', description: 'How much', default: 'low', values: 'low | high' })
    expect(documentSettings(Schema).map(({ name }) => name)).toEqual(['PORT', 'SECURE', 'LEVEL', 'PASSWORD', 'CA_FILE'])
  })
})
