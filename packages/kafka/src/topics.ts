import type { TopicSpec } from './port.js'

export const TOPICS = {
  transcripts: 'calls.transcripts',
  scores: 'calls.scores',
  deadLetters: 'calls.dead-letters',
  rubrics: 'calls.rubrics',
} as const

const MEGABYTE = 1024 * 1024
/** Of the largest call that is taken; dead letters must hold it too, with their headers. */
const LARGEST_CALL = 16 * MEGABYTE
const DAY_MS = 86_400_000

/** The topics of the stream. Timestamps of transcripts are the broker's: of two versions of a call the one that came later stands. */
export function topicSpecs(partitions: number, replicas: number, names: Readonly<Record<keyof typeof TOPICS, string>> = TOPICS): TopicSpec[] {
  const spread = { partitions, replicas }
  return [
    { topic: names.transcripts, ...spread, settings: { 'message.timestamp.type': 'LogAppendTime', 'max.message.bytes': String(LARGEST_CALL), 'retention.ms': String(7 * DAY_MS) } },
    { topic: names.scores, ...spread, settings: { 'retention.ms': String(7 * DAY_MS) } },
    { topic: names.deadLetters, partitions: 1, replicas, settings: { 'max.message.bytes': String(LARGEST_CALL + MEGABYTE), 'retention.ms': String(30 * DAY_MS) } },
    { topic: names.rubrics, partitions: 1, replicas, settings: { 'cleanup.policy': 'compact', 'max.message.bytes': String(LARGEST_CALL) } },
  ]
}
