import { existsSync, readFileSync } from 'node:fs'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'

/** What is wrong with a configuration, all at once. */
export class SettingsError extends Error {
  readonly code = 'settings'
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'))
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Looks at which settings are there together; one message for each that is wrong. */
export type CrossCheck = (given: Readonly<Record<string, unknown>>) => { field: string; message: string }[]

const SettingsFile = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * Settings by name from the environment; what it lacks comes from the YAML file that YUZHI_SETTINGS
 * names, with the same names; and any `NAME_FILE` gives the content of a file (for secrets).
 * Throws a SettingsError with everything that is wrong. The result is frozen.
 */
export function readSettings<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, environment: Environment, ...checks: CrossCheck[]): Readonly<z.infer<z.ZodObject<Shape>>> {
  const faults: string[] = []
  const file = environment.YUZHI_SETTINGS
  const fromFile = file === undefined ? {} : readFile(file, schema, faults)
  const values: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const secretFile = !(`${name}_FILE` in schema.shape) ? (environment[`${name}_FILE`] ?? fromFile[`${name}_FILE`]) : undefined
    const value = environment[name] ?? (secretFile === undefined ? fromFile[name] : readSecret(name, secretFile, faults))
    // A variable that is set to nothing is as good as absent.
    if (value !== undefined && value !== '') values[name] = value
  }
  const parsed = schema.safeParse(values)
  if (!parsed.success) faults.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
  faults.push(...checks.flatMap((check) => check(values)).map(({ field, message }) => `${field}: ${message}`))
  if (faults.length > 0 || !parsed.success) throw new SettingsError(faults)
  return Object.freeze(parsed.data)
}

function readFile(file: string, schema: z.ZodObject, faults: string[]): Record<string, string> {
  if (!existsSync(file)) {
    faults.push(`YUZHI_SETTINGS: there is no file ${file}`)
    return {}
  }
  try {
    const parsed = SettingsFile.safeParse(parse(readFileSync(file, 'utf8')) ?? {})
    if (!parsed.success) {
      faults.push(...parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`))
      return {}
    }
    // Other services may share the file; a name of theirs is no mistake, but a slip of the pen is.
    const known = Object.keys(schema.shape)
    for (const name of Object.keys(parsed.data)) {
      if (!/^[A-Z][A-Z0-9_]*$/u.test(name)) faults.push(`${file}: ${name}: names are those of the environment, such as ${known[0]}`)
    }
    return Object.fromEntries(Object.entries(parsed.data).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    faults.push(`${file}: ${error.message}`)
    return {}
  }
}

function readSecret(name: string, file: string, faults: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    faults.push(`${name}_FILE: ${(error as Error).message}`)
    return undefined
  }
}

export interface SettingDoc {
  name: string
  description: string
  default: string
  /** What may be given. */
  values: string
}

/** Every setting of a schema, for people. */
export function documentSettings(schema: z.ZodObject): SettingDoc[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, { description?: string; default?: string | number | boolean; enum?: unknown[]; type?: string; format?: string }> }
  return Object.entries(properties).map(([name, { description = '', default: preset, enum: choices, format, type = 'string' }]) => ({
    name,
    description,
    default: preset === undefined ? '' : String(preset),
    values: choices === undefined ? (format ?? type) : choices.join(' | '),
  }))
}

/** A whole number that is given as text. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): z.ZodCoercedNumber {
  return z.coerce.number().int().min(least).max(most)
}
