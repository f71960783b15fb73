import type { ServerPlace, StoreFile } from '@yuzhi/service'
import { type StorePlace, wayInto } from '@yuzhi/store'
import type { Lang, Say } from './messages.js'

/** What every command gets; `main.ts` alone makes it from the process. */
export interface Context {
  say: Say
  lang: Lang
  /** Folder of the rules. */
  config: string
  /** Folder for what can be made again: trained models. */
  cache: string
  /** Folder of the calls that the demo shows. */
  fixtures: string
  /** A ClickHouse server instead of a folder, and its cluster. */
  server: ServerPlace | undefined
  /** `store.yaml` of the configuration. */
  store: StoreFile
  /** Of this program. */
  version: string
  /** Who sits here, for reviews. */
  person: string
  /** Now, ISO 8601 in UTC. */
  now: () => string
  isTerminal: boolean
  hasColour: boolean
  width: number
  /** Resolves once the reader has taken it. */
  print: (text: string) => Promise<void>
  log: (text: string) => void
}

/** The server, where one is configured; else the folder, or whoever has it open. */
export async function placeOf({ server }: Context, dir: string): Promise<StorePlace> {
  return server ?? wayInto(dir)
}

export interface GlobalOptions {
  lang: Lang
  config?: string
}

/** A failure that the user can mend: its message is shown without a stack. */
export class UserError extends Error {}
