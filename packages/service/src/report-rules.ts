import type { PrivacyOptions } from '@yuzhi/privacy'
import type { Logger } from './log.js'
import type { Metrics } from './metrics.js'

interface RubricName {
  id: string
  version: string
  hash: string
}

/** Says in log and metrics which rules judge, and which were refused. */
export function reportRules(metrics: Metrics, log: Logger): { onAdopted: (rubrics: readonly RubricName[], privacy: PrivacyOptions) => void; onRefused: (problem: string) => void } {
  return {
    onAdopted(rubrics, { mask }) {
      metrics.rubric.reset()
      for (const { id, version, hash } of rubrics) metrics.rubric.set({ standard: id, version, hash }, 1)
      log.info({ rubrics: rubrics.map(({ id, version, hash }) => ({ standard: id, version, hash })), masked: mask }, 'rules_adopted')
    },
    onRefused(problem) {
      metrics.rulesRefused.inc()
      log.error({ problem }, 'rules_refused')
    },
  }
}
