import { statSync } from 'node:fs'
import { KafkaError, kafkaFaults, KafkaSettings, type Outgoing, type Producer } from '@yuzhi/kafka'
import { type Environment, openLog, readSettings, StreamSettings } from '@yuzhi/service'
import { textIn } from '@yuzhi/schemas'
import { z } from 'zod'
import type { Context } from '../context.js'
import { progressBar } from '../progress.js'
import { MAX_LINE_BYTES, readLines } from '../read-lines.js'
import { brokerOf } from './workers.js'

export interface ProduceOptions {
  topic?: string
}

export const ProduceSettings = z.object({ ...KafkaSettings.shape, ...StreamSettings.shape })

/** Sent together, below the topic's limit; the next are read while these are on their way. */
const SEND_BYTES = 700_000
const SENDS_AT_ONCE = 4

/** Sends the lines of files to Kafka, keyed by `call_id`; exit code 1 where a line could not be sent. */
export async function produceCommand(context: Context, files: readonly string[], { topic: asked }: ProduceOptions, environment: Environment): Promise<number> {
  const { say, log, lang } = context
  const settings = readSettings(ProduceSettings, environment, kafkaFaults)
  const topic = asked ?? settings.TOPIC_TRANSCRIPTS
  const broker = brokerOf(settings, openLog('produce', 'error'))
  const started = performance.now()
  const producer = await broker.openProducer()
  const sender = new Sender(producer)
  let rejected = 0
  try {
    for (const file of files) {
      const bar = progressBar(context, file === '-' ? 0 : statSync(file).size, file)
      for await (const { number, bytes, read } of readLines(file)) {
        const key = bytes === undefined ? undefined : callIdOf(bytes)
        if (bytes === undefined || key === undefined) {
          rejected++
          log(`${file}:${number}: ${bytes === undefined ? say('too_large', { limit: MAX_LINE_BYTES / 1024 / 1024 }) : say('no_call_id')}`)
        } else await sender.add({ topic, key, value: Buffer.from(bytes) }, (error) => {
          rejected++
          log(`${file}:${number}: ${textIn(error, lang)}`)
        })
        bar.update(read)
      }
      bar.stop()
    }
    await sender.end()
  } finally {
    await producer.close()
    await broker.close()
  }
  log(say('produced', { sent: sender.sent, rejected, topic, seconds: ((performance.now() - started) / 1000).toFixed(1) }))
  return rejected > 0 ? 1 : 0
}

/** Undefined: the line is no JSON object with a `call_id`. Whether it is a whole call the scorer says. */
export function callIdOf(bytes: Uint8Array): string | undefined {
  try {
    const { call_id: id } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { call_id?: unknown }
    return typeof id === 'string' && id !== '' ? id : undefined
  } catch {
    return undefined
  }
}

interface Item {
  message: Outgoing
  onRefused: (error: KafkaError) => void
}

/** Several sends under way at most; reading waits for them. */
class Sender {
  sent = 0
  private items: Item[] = []
  private bytes = 0
  private readonly underWay = new Set<Promise<void>>()

  constructor(private readonly producer: Producer) {}

  async add(message: Outgoing, onRefused: (error: KafkaError) => void): Promise<void> {
    const size = message.value?.length ?? 0
    if (this.bytes + size > SEND_BYTES && this.items.length > 0) await this.flush()
    this.items.push({ message, onRefused })
    this.bytes += size
  }

  async end(): Promise<void> {
    await this.flush()
    await Promise.all(this.underWay)
  }

  private async flush(): Promise<void> {
    const items = this.items
    this.items = []
    this.bytes = 0
    if (items.length === 0) return
    while (this.underWay.size >= SENDS_AT_ONCE) await Promise.race(this.underWay)
    const sending = this.send(items).finally(() => this.underWay.delete(sending))
    // Whoever waits next hears of a failure.
    sending.catch(() => undefined)
    this.underWay.add(sending)
  }

  /** What is too large is found by halving and told; the rest goes. */
  private async send(items: readonly Item[]): Promise<void> {
    try {
      await this.producer.send(items.map(({ message }) => message))
      this.sent += items.length
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'too_large') throw error
      if (items.length === 1) items[0].onRefused(error)
      else {
        await this.send(items.slice(0, items.length >> 1))
        await this.send(items.slice(items.length >> 1))
      }
    }
  }
}
