import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { startDevBroker } from './dev-broker.js'
import { KafkaSettings } from './kafka-settings.js'
import { openKafkaJs } from './kafkajs-broker.js'
import { allOf } from './test-broker.js'

it('a broker for development finds its topics again, and says that its port is taken', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-dev-broker-'))
  const first = await startDevBroker({ dir })
  const port = Number(first.brokers.split(':')[1])
  const writing = openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: first.brokers }))
  await writing.createTopics([{ topic: 'kept', partitions: 1, replicas: 1 }])
  const producer = await writing.openProducer()
  await producer.send([{ topic: 'kept', key: 'k', value: Buffer.from('通话') }])
  await producer.close()
  await writing.close()
  await expect(startDevBroker({ dir, port })).rejects.toThrow(`port ${port}`)
  await first.stop()
  const second = await startDevBroker({ dir, port })
  const reading = openKafkaJs(KafkaSettings.parse({ KAFKA_BROKERS: second.brokers }))
  expect((await allOf(reading, 'kept')).map(({ value }) => String(value))).toEqual(['通话'])
  await reading.close()
  await second.kill()
}, 120_000)
