import path from 'node:path'
import { startDevBroker } from '@yuzhi/kafka'
import type { Context } from '../context.js'

/** Runs Apache Kafka on this machine until it is told to stop. */
export async function devKafkaCommand({ say, log, print }: Context, { dir, port }: { dir: string; port: number }, stopped: Promise<void>): Promise<number> {
  const broker = await startDevBroker({ dir: path.resolve(dir), port, log })
  await print(`KAFKA_BROKERS=${broker.brokers}\n`)
  log(say('dev_kafka', { brokers: broker.brokers }))
  await Promise.race([stopped, broker.failed])
  await broker.stop()
  return 0
}
