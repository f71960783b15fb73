import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  callsIn: Counter
  callsScored: Counter
  callsStored: Counter
  callsDead: Counter<'code'>
  callsRejected: Counter<'code'>
  batchCalls: Histogram<'stage'>
  stageSeconds: Histogram<'stage'>
  retries: Counter<'stage'>
  lag: Gauge<'topic' | 'partition'>
  lastProgress: Gauge
  rulesRefused: Counter
  rubric: Gauge<'standard' | 'version' | 'hash'>
}

/** All metrics of the services; each service moves those it knows. */
export function openMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'yuzhi_' })
  const registers = [registry]
  return {
    registry,
    callsIn: new Counter({ name: 'yuzhi_calls_in_total', help: 'Calls taken in', registers }),
    callsScored: new Counter({ name: 'yuzhi_calls_scored_total', help: 'Calls judged', registers }),
    callsStored: new Counter({ name: 'yuzhi_calls_stored_total', help: 'Calls that ClickHouse has acknowledged', registers }),
    callsDead: new Counter({ name: 'yuzhi_calls_dead_total', help: 'Messages that went to the dead letters, by code', labelNames: ['code'], registers }),
    callsRejected: new Counter({ name: 'yuzhi_calls_rejected_total', help: 'Calls of a POST that were given back, by code', labelNames: ['code'], registers }),
    batchCalls: new Histogram({ name: 'yuzhi_batch_calls', help: 'Calls handled together', labelNames: ['stage'], buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000], registers }),
    stageSeconds: new Histogram({ name: 'yuzhi_stage_seconds', help: 'Time of a batch in a stage', labelNames: ['stage'], buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300], registers }),
    retries: new Counter({ name: 'yuzhi_retries_total', help: 'Attempts that failed and were made again, by stage', labelNames: ['stage'], registers }),
    lag: new Gauge({ name: 'yuzhi_lag_messages', help: 'Messages not yet read of a partition that this worker has', labelNames: ['topic', 'partition'], registers }),
    lastProgress: new Gauge({ name: 'yuzhi_last_progress_timestamp_seconds', help: 'When work last moved on', registers }),
    rulesRefused: new Counter({ name: 'yuzhi_rules_refused_total', help: 'Changed rules that were not taken', registers }),
    rubric: new Gauge({ name: 'yuzhi_rubric_info', help: 'Rubrics in use: 1', labelNames: ['standard', 'version', 'hash'], registers }),
  }
}
