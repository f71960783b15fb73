import { Outcome } from '@yuzhi/schemas'
import { InvalidArgumentError } from 'commander'
import { speaker } from './messages.js'

/** Folder of the embedded store unless another is given. */
export const DEFAULT_DIR = 'data'

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`"${text}" is no whole number above 0`)
  return value
}

export function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError(`"${text}" is no port`)
  return value
}

export function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text) || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError(`"${text}" is no day like 2026-03-01`)
  return text
}

/** By their names and by what they are called in Chinese. */
const OUTCOMES: Readonly<Record<string, Outcome>> = Object.fromEntries(Outcome.options.flatMap((outcome) => [[outcome, outcome], [speaker('zh')(outcome), outcome]]))

export function outcomeOf(text: string): Outcome {
  if (!(text in OUTCOMES)) throw new InvalidArgumentError(`"${text}" is none of ${Object.keys(OUTCOMES).join(', ')}`)
  return OUTCOMES[text]
}

/** Collects `name=value`, given as often as there are names. */
export function parameter(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const match = /^([a-z_]\w*)=(.*)$/isu.exec(text)
  if (match === null) throw new InvalidArgumentError(`"${text}" is not like name=value`)
  return { ...before, [match[1]]: match[2] }
}
