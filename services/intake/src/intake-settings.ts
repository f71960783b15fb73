import { ServiceSettings, wholeNumber } from '@yuzhi/service'
import { z } from 'zod'

const MEGABYTE = 1024 * 1024

/** How calls are taken in on one machine, without Kafka. */
export const IntakeSettings = z.object({
  ...ServiceSettings.shape,
  YUZHI_HTTP_PORT: wholeNumber(0, 65_535).default(8080).describe('Port of its pages, and of POST /v1/calls where calls come over HTTP; 0: any that is free'),
  INTAKE_THREADS: wholeNumber(0).default(0).describe('Threads that judge, 130 MB each; 0: one for each core'),
  INTAKE_MAX_BODY_BYTES: wholeNumber(1_000).default(64 * MEGABYTE).describe('Of one POST; a larger one is answered with 413'),
  INTAKE_MAX_CALL_BYTES: wholeNumber(1_000).default(16 * MEGABYTE).describe('Of one call; a larger one is rejected'),
  INTAKE_MAX_PENDING_BYTES: wholeNumber(1_000).default(128 * MEGABYTE).describe('Calls that are taken but not yet stored; beyond that a POST is answered with 429'),
  INTAKE_STORE_WAIT_MS: wholeNumber(0).default(10_000).describe('A POST whose calls the store has not taken after so long is answered with 503; files of the inbox wait'),
  INTAKE_CALL_TIMEOUT_MS: wholeNumber(100).default(20_000).describe('A call that takes longer to judge is rejected'),
  INTAKE_INBOX_POLL_MS: wholeNumber(0).default(1_000).describe('How often the inbox is looked at; 0: never'),
  INTAKE_RULES_POLL_MS: wholeNumber(0).default(2_000).describe('How often the rules are looked at for changes; 0: never'),
  INTAKE_BATCH_MS: wholeNumber(0).default(50).describe('A call waits no longer for others to be stored with'),
})
export type IntakeSettings = z.infer<typeof IntakeSettings>
