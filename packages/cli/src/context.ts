import type { Lang, Say } from './messages.js'

/** What every command gets; `main.ts` alone makes it from the process. */
export interface Context {
  say: Say
  /** Folder of the rules. */
  config: string
  /** Folder for what can be made again: trained models. */
  cache: string
  /** Folder of the calls that the demo shows. */
  fixtures: string
  isTerminal: boolean
  hasColour: boolean
  width: number
  /** Resolves once the reader has taken it. */
  print: (text: string) => Promise<void>
  log: (text: string) => void
}

export interface GlobalOptions {
  lang: Lang
  config?: string
}

/** A failure that the user can mend: its message is shown without a stack. */
export class UserError extends Error {}
