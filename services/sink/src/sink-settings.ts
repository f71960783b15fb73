import { KafkaSettings } from '@yuzhi/kafka'
import { ServiceSettings, StoreSettings, StreamSettings, wholeNumber } from '@yuzhi/service'
import { z } from 'zod'

/** When a batch is stored. */
export const BatchSettings = z.object({
  SINK_BATCH_ROWS: wholeNumber(1).default(20_000).describe('Calls of one insert at most; few large inserts suit ClickHouse'),
  SINK_BATCH_BYTES: wholeNumber(1_000).default(64 * 1024 * 1024).describe('Bytes of one insert at most, about what a worker holds in memory twice'),
  SINK_BATCH_MS: wholeNumber(0).default(500).describe('A call waits no longer for others to be stored with'),
})

/** How judged calls are stored. */
export const SinkSettings = z.object({
  ...KafkaSettings.shape,
  ...StreamSettings.shape,
  ...StoreSettings.shape,
  ...ServiceSettings.shape,
  ...BatchSettings.shape,
  SINK_GROUP: z.string().default('yuzhi-sink').describe('Consumer group; workers of one group share the work'),
  SINK_PARTITIONS_AT_ONCE: wholeNumber(1).default(16).describe('Partitions whose calls go into one insert'),
  SINK_FETCH_BYTES: wholeNumber(1_000).default(4 * 1024 * 1024).describe('Bytes of a partition that are fetched together'),
  SINK_RUBRIC_WAIT_MS: wholeNumber(0).default(600_000).describe('A score whose rubric nobody has announced waits so long, then goes to the dead letters'),
})
export type SinkSettings = z.infer<typeof SinkSettings>
