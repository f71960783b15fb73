import type { Message, Outgoing } from './port.js'

/** Why a message went to the dead letters. */
export interface DeadLetterReason {
  code: string
  /** Dotted path of the field, empty for the whole. */
  path: string
  message: string
}

export interface DeadLetterHeaders extends DeadLetterReason {
  /** topic/partition/offset of the original. */
  source: string
  /** ISO 8601. */
  time: string
  /** Of the program that gave it up. */
  version: string
}

const LONGEST_MESSAGE = 2_000

export function sourceOf({ topic, partition, offset }: Message): string {
  return `${topic}/${partition}/${offset}`
}

/** The original key and bytes, untouched; the headers say why. `time` is the original's, so that a replay gives the same letter. */
export function deadLetter(topic: string, original: Message, { code, path, message }: DeadLetterReason, version: string): Outgoing {
  return {
    topic,
    key: original.key,
    value: original.value,
    headers: {
      ...original.headers,
      code, path, message: message.slice(0, LONGEST_MESSAGE), source: sourceOf(original), time: new Date(original.timestamp).toISOString(), version,
    },
  }
}

/** Stands in the topic of the dead letters for one that was sent back; `id`: its partition/offset. */
export function replayedMark(topic: string, key: Buffer | null, id: string): Outgoing {
  return { topic, key, value: null, headers: { replayed: id } }
}

/** The id of the letter that a mark stands for; undefined where it is none. */
export function readReplayed({ headers }: Message): string | undefined {
  return 'code' in headers ? undefined : headers.replayed
}

/** The headers of a letter; undefined where it is none. */
export function readDeadLetter({ headers }: Message): DeadLetterHeaders | undefined {
  const { code, path = '', message = '', source, time = '', version = '' } = headers as Partial<Record<string, string>>
  return code === undefined || source === undefined ? undefined : { code, path, message, source, time, version }
}
