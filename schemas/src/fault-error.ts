import type { FaultText } from './wording-of.js'

/** A failure that people can do something about, told in both languages; logs have the English. */
export class FaultError extends Error implements FaultText {
  readonly zh: string

  constructor({ message, zh }: FaultText, options?: ErrorOptions) {
    super(message, options)
    this.zh = zh
  }
}

/** What is told of any failure: our own in both languages, others as they are. */
export function textOf(error: unknown): FaultText {
  if (error instanceof FaultError) return { message: error.message, zh: error.zh }
  const { message = String(error) } = error as { message?: string }
  return { message, zh: message }
}

/** Several as one, a line each. */
export function joinFaults(faults: readonly FaultText[]): FaultText {
  return { message: faults.map(({ message }) => message).join('\n'), zh: faults.map(({ zh }) => zh).join('\n') }
}
