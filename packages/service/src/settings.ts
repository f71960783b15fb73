import { existsSync, readFileSync } from 'node:fs'
import { chineseOf, FaultError, type FaultText, joinFaults } from '@yuzhi/schemas'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'

/** What is wrong with a configuration, all at once. */
export class SettingsError extends FaultError {
  readonly code = 'settings'
  constructor(readonly faults: readonly FaultText[]) {
    super(joinFaults(faults))
  }
}

/** What zod found wrong, each with its key; `file` where it is not the environment. The issues must carry their input. */
export function settingFaults({ issues }: z.ZodError, file?: string): FaultText[] {
  const before = file === undefined ? '' : `${file}: `
  return issues.map((issue) => ({ message: `${before}${issue.path.join('.')}: ${issue.message}`, zh: `${before}${issue.path.join('.')}：${chineseOf(issue)}` }))
}

/** A YAML file that is none. */
export function yamlFault(file: string, { message }: YAMLParseError): FaultText {
  return { message: `${file}: ${message}`, zh: `${file}：不是 YAML（${message}）` }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Looks at which settings are there together; one message for each that is wrong. */
export type CrossCheck = (given: Readonly<Record<string, unknown>>) => (FaultText & { field: string })[]

const SettingsFile = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * Settings by name from the environment; what it lacks comes from the YAML file that YUZHI_SETTINGS
 * names, with the same names; and any `NAME_FILE` gives the content of a file (for secrets).
 * Throws a SettingsError with everything that is wrong. The result is frozen.
 */
export function readSettings<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, environment: Environment, ...checks: CrossCheck[]): Readonly<z.infer<z.ZodObject<Shape>>> {
  const faults: FaultText[] = []
  const file = environment.YUZHI_SETTINGS
  const fromFile = file === undefined ? {} : readFile(file, schema, faults)
  const values: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const secretFile = !(`${name}_FILE` in schema.shape) ? (environment[`${name}_FILE`] ?? fromFile[`${name}_FILE`]) : undefined
    const value = environment[name] ?? (secretFile === undefined ? fromFile[name] : readSecret(name, secretFile, faults))
    // A variable that is set to nothing is as good as absent.
    if (value !== undefined && value !== '') values[name] = value
  }
  const parsed = schema.safeParse(values, { reportInput: true })
  if (!parsed.success) faults.push(...settingFaults(parsed.error))
  faults.push(...checks.flatMap((check) => check(values)).map(({ field, message, zh }) => ({ message: `${field}: ${message}`, zh: `${field}：${zh}` })))
  if (faults.length > 0 || !parsed.success) throw new SettingsError(faults)
  return Object.freeze(parsed.data)
}

function readFile(file: string, schema: z.ZodObject, faults: FaultText[]): Record<string, string> {
  if (!existsSync(file)) {
    faults.push({ message: `YUZHI_SETTINGS: there is no file ${file}`, zh: `YUZHI_SETTINGS：没有文件 ${file}` })
    return {}
  }
  try {
    const parsed = SettingsFile.safeParse(parse(readFileSync(file, 'utf8')) ?? {}, { reportInput: true })
    if (!parsed.success) {
      faults.push(...settingFaults(parsed.error, file))
      return {}
    }
    // Other services may share the file; a name of theirs is no mistake, but a slip of the pen is.
    const known = Object.keys(schema.shape)
    for (const name of Object.keys(parsed.data)) {
      if (!/^[A-Z][A-Z0-9_]*$/u.test(name)) faults.push({ message: `${file}: ${name}: names are those of the environment, such as ${known[0]}`, zh: `${file}：${name}：名称要用环境变量的写法，如 ${known[0]}` })
    }
    return Object.fromEntries(Object.entries(parsed.data).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    faults.push(yamlFault(file, error))
    return {}
  }
}

function readSecret(name: string, file: string, faults: FaultText[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { message } = error as Error
    faults.push({ message: `${name}_FILE: ${message}`, zh: `${name}_FILE：读不了文件（${message}）` })
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
