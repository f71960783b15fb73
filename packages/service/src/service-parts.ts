import type { Health } from './health.js'
import type { Logger } from './log.js'
import type { Metrics } from './metrics.js'

/** What every service is started with beside its own. */
export interface ServiceParts {
  log: Logger
  metrics: Metrics
  health: Health
  /** Of the program; dead letters name it. */
  version: string
}

/** What a service is started with that judges. */
export interface JudgingParts extends ServiceParts {
  /** Folder of the rules, `store.yaml` among them. */
  config: string
  /** Folder of trained models. */
  cache: string
}
