import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type DeadLetterHeaders, divideSends, kafkaFaults, type Message, type Outgoing, readDeadLetter, readReplayed, replayedMark, sourceOf } from '@yuzhi/kafka'
import { type Environment, openLog, readSettings } from '@yuzhi/service'
import { type Context, UserError } from '../context.js'
import { renderTable } from '../table.js'
import { callIdOf, ProduceSettings } from './produce.js'
import { brokerOf } from './workers.js'

export interface DeadLetterOptions {
  /** Folder of `yuzhi up`; absent: Kafka. */
  dir?: string
  code?: string
  /** Those that were sent back already, too. */
  all?: boolean
  rekey?: boolean
  n?: number
}

interface Letter extends DeadLetterHeaders {
  id: string
  key: Buffer | null
  value: Buffer | null
  headers: Readonly<Record<string, string>>
}

/** Where dead letters lie and how they go back to where they came from. */
interface Letters {
  /** Ids of those that were sent back already. */
  replayed: () => Promise<ReadonlySet<string>>
  read: (onLetter: (letter: Letter) => boolean | undefined) => Promise<void>
  replay: (letters: readonly Letter[]) => Promise<void>
  close: () => Promise<void>
}

const SHOWN = 100

/** Lists dead letters that were not sent back, the oldest first. */
export async function listLettersCommand(context: Context, options: DeadLetterOptions, environment: Environment): Promise<number> {
  const { n = SHOWN } = options
  const rows: string[][] = []
  const counts = new Map<string, number>()
  await withLetters(options, environment, async (letters) => {
    const isAsked = await choice(letters, options)
    await letters.read((letter) => {
      if (!isAsked(letter)) return undefined
      counts.set(letter.code, (counts.get(letter.code) ?? 0) + 1)
      if (rows.length < n) rows.push([letter.id, letter.code, letter.path, letter.key?.toString() ?? '', letter.source, letter.time, letter.message])
      return undefined
    })
  })
  const { say, print, log, width } = context
  if (rows.length > 0) await print(`${renderTable([say('col_letter'), say('col_code'), say('col_field'), say('col_call'), say('col_source'), say('col_time'), say('col_why')], rows, width)}\n`)
  log(counts.size === 0 ? say('no_letters') : say('letters', { counts: [...counts].map(([code, count]) => `${code} ${count}`).join(', ') }))
  return 0
}

/** Writes the original bytes of one letter to standard output and its headers to standard error. */
export async function showLetterCommand(context: Context, id: string, options: DeadLetterOptions, environment: Environment): Promise<number> {
  const found = await withLetters(options, environment, async (letters) => {
    const matches: Letter[] = []
    await letters.read((letter) => {
      if (letter.id !== id) return undefined
      matches.push(letter)
      return false
    })
    return matches.at(0)
  })
  if (found === undefined) throw new UserError(context.say('no_letter', { id }))
  context.log(JSON.stringify(found.headers, undefined, 2))
  await context.print((found.value ?? Buffer.alloc(0)).toString('utf8'))
  return 0
}

/** Sends letters back to where they came from, with their own keys and bytes, and marks them: of `ids`, else all that fit. */
export async function replayLettersCommand(context: Context, ids: readonly string[], options: DeadLetterOptions, environment: Environment): Promise<number> {
  const { say, log } = context
  let replayed = 0
  let without = 0
  await withLetters(options, environment, async (letters) => {
    const isAsked = await choice(letters, options)
    const missing = new Set(ids)
    const chosen: Letter[] = []
    await letters.read((letter) => {
      if (!isAsked(letter) || (ids.length > 0 && !missing.delete(letter.id))) return undefined
      if (letter.value === null) without++
      else chosen.push(options.rekey === true ? { ...letter, key: keyOf(letter.value) ?? letter.key } : letter)
      return undefined
    })
    const [unknown] = missing
    if (missing.size > 0) throw new UserError(say('no_letter_left', { id: unknown }))
    await letters.replay(chosen)
    replayed = chosen.length
  })
  log(say('replayed', { replayed, without }))
  return without > 0 ? 1 : 0
}

/** Which letters the options ask for. */
async function choice(letters: Letters, { code, all }: DeadLetterOptions): Promise<(letter: Letter) => boolean> {
  const passed = all === true ? new Set() : await letters.replayed()
  return (letter) => (code === undefined || letter.code === code) && !passed.has(letter.id)
}

function keyOf(value: Buffer): Buffer | undefined {
  const id = callIdOf(value)
  return id === undefined ? undefined : Buffer.from(id)
}

async function withLetters<T>(options: DeadLetterOptions, environment: Environment, use: (letters: Letters) => Promise<T>): Promise<T> {
  const letters = options.dir === undefined ? kafkaLetters(environment) : folderLetters(options.dir)
  try {
    return await use(letters)
  } finally {
    await letters.close()
  }
}

/** What a letter adds to the headers of the original. */
const OWN_HEADERS = new Set(['code', 'path', 'message', 'source', 'time', 'version', 'bytes'])
const SEND_BYTES = 700_000

function kafkaLetters(environment: Environment): Letters {
  const settings = readSettings(ProduceSettings, environment, kafkaFaults)
  const broker = brokerOf(settings, openLog('dlq', 'error'))
  const topic = settings.TOPIC_DEAD_LETTERS
  const letterOf = (message: Message): Letter | undefined => {
    const about = readDeadLetter(message)
    return about === undefined ? undefined : { ...about, id: sourceOf(message).slice(topic.length + 1), key: message.key, value: message.value, headers: message.headers }
  }
  return {
    async replayed() {
      const ids = new Set<string>()
      await broker.readAll(topic, (message) => {
        const id = readReplayed(message)
        if (id !== undefined) ids.add(id)
        return undefined
      })
      return ids
    },
    read: (onLetter) => broker.readAll(topic, (message) => {
      const letter = letterOf(message)
      return letter === undefined ? undefined : onLetter(letter)
    }),
    async replay(letters) {
      const producer = await broker.openProducer()
      // Letter and mark go together: stopped between two sends, it goes on where it was.
      const messages = letters.map(({ id, key, value, headers, source }): Outgoing[] => [
        { topic: source.replace(/\/\d+\/\d+$/u, ''), key, value, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name))) },
        replayedMark(topic, key, id),
      ])
      try {
        for (const send of divideSends(messages.flat(), SEND_BYTES)) await producer.send(send)
      } finally {
        await producer.close()
      }
    },
    close: () => broker.close(),
  }
}

/** Letters of `yuzhi up`: files beside the store. Replayed ones go to the inbox and leave the folder. */
function folderLetters(dir: string): Letters {
  const folder = path.join(dir, 'dead-letters')
  return {
    replayed: () => Promise.resolve(new Set()),
    read(onLetter) {
      const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : []
      for (const name of names) {
        const id = name.slice(0, -'.json'.length)
        const about = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as DeadLetterHeaders
        if (onLetter({ ...about, id, key: null, value: readFileSync(path.join(folder, `${id}.bytes`)), headers: { ...about } }) === false) break
      }
      return Promise.resolve()
    },
    replay(letters) {
      if (letters.length > 0) {
        const file = path.join(dir, 'inbox', `replay-${Date.now()}.jsonl`)
        writeFileSync(`${file}.part`, Buffer.concat(letters.flatMap(({ value }) => [value ?? Buffer.alloc(0), Buffer.from('\n')])))
        renameSync(`${file}.part`, file)
        for (const { id } of letters) for (const end of ['json', 'bytes']) rmSync(path.join(folder, `${id}.${end}`))
      }
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
