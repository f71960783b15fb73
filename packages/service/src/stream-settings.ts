import { TOPICS } from '@yuzhi/kafka'
import { z } from 'zod'
import { wholeNumber } from './settings.js'

/** What both ends of the stream share. */
export const StreamSettings = z.object({
  TOPIC_TRANSCRIPTS: z.string().default(TOPICS.transcripts).describe('Calls as they come, key call_id'),
  TOPIC_SCORES: z.string().default(TOPICS.scores).describe('Judged calls, key call_id'),
  TOPIC_DEAD_LETTERS: z.string().default(TOPICS.deadLetters).describe('What could not be judged or stored, untouched'),
  TOPIC_RUBRICS: z.string().default(TOPICS.rubrics).describe('Rubrics that judge, key hash, compacted'),
  KAFKA_CREATE_TOPICS: z.stringbool().default(true).describe('Create topics that are missing'),
  KAFKA_PARTITIONS: wholeNumber(1).default(12).describe('Partitions of topics that are created: no more workers than that can share the work'),
  KAFKA_REPLICAS: wholeNumber(1).default(1).describe('Copies of topics that are created; 3 in production'),
  KAFKA_SESSION_TIMEOUT_MS: wholeNumber(6_000).default(30_000).describe('A worker that is silent for so long loses its partitions'),
})
export type StreamSettings = z.infer<typeof StreamSettings>

/** Names of the topics by what they hold. */
export function topicsOf({ TOPIC_TRANSCRIPTS: transcripts, TOPIC_SCORES: scores, TOPIC_DEAD_LETTERS: deadLetters, TOPIC_RUBRICS: rubrics }: StreamSettings): Record<keyof typeof TOPICS, string> {
  return { transcripts, scores, deadLetters, rubrics }
}
