import { KafkaSettings } from '@yuzhi/kafka'
import { ServiceSettings, StreamSettings, wholeNumber } from '@yuzhi/service'
import { z } from 'zod'

const MEGABYTE = 1024 * 1024

/** How calls are judged. */
export const ScorerSettings = z.object({
  ...KafkaSettings.shape,
  ...StreamSettings.shape,
  ...ServiceSettings.shape,
  SCORER_GROUP: z.string().default('yuzhi-scorer').describe('Consumer group; workers of one group share the work'),
  SCORER_THREADS: wholeNumber(0).default(0).describe('Threads that judge, 130 MB each; 0: one for each core'),
  SCORER_CONSUMERS: wholeNumber(1).default(1).describe('Members of the group in this worker; 2: while one fetches, another has work for the threads (faster; see docs/operations.md)'),
  SCORER_CHUNK_CALLS: wholeNumber(1).default(256).describe('Calls of one transaction: more cost less each, fewer are sooner visible'),
  SCORER_CALL_TIMEOUT_MS: wholeNumber(100).default(20_000).describe('A call that takes longer to judge goes to the dead letters'),
  SCORER_MAX_CALL_BYTES: wholeNumber(1_000).default(16 * MEGABYTE).describe('A call that is larger goes to the dead letters'),
  SCORER_MAX_RESULT_BYTES: wholeNumber(1_000).default(900_000).describe('A result that is larger goes to the dead letters; below max.message.bytes of the topic (1 MB)'),
  SCORER_RULES_POLL_MS: wholeNumber(0).default(2_000).describe('How often the rules are looked at for changes; 0: never'),
})
export type ScorerSettings = z.infer<typeof ScorerSettings>
