import { KafkaSettings } from '@yuzhi/kafka'
import { ServiceSettings, StoreSettings, StreamSettings, wholeNumber } from '@yuzhi/service'
import { z } from 'zod'

/** When a batch is stored. */
export const BatchSettings = z.object({
  SINK_BATCH_ROWS: wholeNumber(1).default(20_000).describe('Calls of one insert at most (a fetch is not divided); few large inserts suit ClickHouse'),
  SINK_BATCH_BYTES: wholeNumber(1_000).default(16 * 1024 * 1024).describe('Bytes that are fetched and stored together at most; a worker holds a few times as much'),
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
  SINK_CONSUMERS: wholeNumber(1).default(1).describe('Members of the group in this worker; 2: while one stores, another fetches (faster; see docs/operations.md)'),
  SINK_RUBRIC_WAIT_MS: wholeNumber(0).default(600_000).describe('A score whose rubric nobody has announced waits so long, then goes to the dead letters'),
})
export type SinkSettings = z.infer<typeof SinkSettings>
