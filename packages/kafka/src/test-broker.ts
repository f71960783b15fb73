import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { KafkaSettings } from './kafka-settings.js'
import { openKafkaJs } from './kafkajs-broker.js'
import type { Broker, Message } from './port.js'

/** Brokers for tests: those of KAFKA_BROKERS, else one that this run of the tests starts. */
export async function testBrokers(): Promise<string> {
  const { KAFKA_BROKERS: brokers, YUZHI_TEST_BROKER: address } = process.env
  if (brokers !== undefined) return brokers
  if (address === undefined) throw new Error('run this test with vitest, whose set-up starts a broker, or set KAFKA_BROKERS')
  const answer = await text(connect(address))
  if (answer.startsWith('!')) throw new Error(answer)
  return answer
}

export async function testBroker(): Promise<Broker> {
  return openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: await testBrokers() }))
}

/** A name that no other test uses. */
export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`
}

export async function allOf(broker: Broker, topic: string): Promise<Message[]> {
  const messages: Message[] = []
  await broker.readAll(topic, (message) => {
    messages.push(message)
    return undefined
  })
  return messages
}

/** Waits until the condition holds; fails with its name after the limit. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
