import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevBroker, freePort, startDevBroker } from './dev-broker.js'
import { KafkaSettings } from './kafka-settings.js'
import { openKafkaJs } from './kafkajs-broker.js'
import { allOf, unique } from './test-broker.js'

const USER = { user: 'yuzhi', password: 'not-a-secret' }
const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-secure-'))
const files = { authority: path.join(dir, 'authority.pem'), broker: path.join(dir, 'broker.pem'), key: path.join(dir, 'client.key.pem'), cert: path.join(dir, 'client.pem'), stranger: path.join(dir, 'stranger.pem') }
let broker: DevBroker
let port: number

beforeAll(async () => {
  const authority = await generate([{ name: 'commonName', value: 'authority' }], { extensions: [{ name: 'basicConstraints', cA: true }, { name: 'keyUsage', keyCertSign: true }] })
  const signed = (name: string): ReturnType<typeof generate> => generate([{ name: 'commonName', value: name }], {
    ca: { key: authority.private, cert: authority.cert }, extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const [own, client] = [await signed('127.0.0.1'), await signed('client')]
  writeFileSync(files.authority, authority.cert)
  writeFileSync(files.broker, own.private + own.cert)
  writeFileSync(files.key, client.private)
  writeFileSync(files.cert, client.cert)
  writeFileSync(files.stranger, (await generate([{ name: 'commonName', value: 'stranger' }])).cert)
  port = await freePort()
  broker = await startDevBroker({ dir, secure: { port, keystore: files.broker, truststore: files.authority, ...USER } })
}, 90_000)
afterAll(() => broker.kill())

const settings = (mechanism: string, changes: Record<string, string> = {}): KafkaSettings => KafkaSettings.parse({
  KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_TLS_CA_FILE: files.authority, KAFKA_TLS_CERT_FILE: files.cert, KAFKA_TLS_KEY_FILE: files.key,
  KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: USER.user, KAFKA_SASL_PASSWORD: USER.password, ...changes,
})

describe('a broker that speaks TLS and asks who is there', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('takes calls and gives them back to a user of %s', async (mechanism) => {
    const client = openKafkaJs(settings(mechanism))
    const topic = unique('secure')
    await client.createTopics([{ topic, partitions: 1, replicas: 1 }])
    const producer = await client.openProducer()
    await producer.send([{ topic, key: 'k', value: Buffer.from('通话') }])
    await producer.close()
    expect((await allOf(client, topic)).map(({ value }) => String(value))).toEqual(['通话'])
    await client.close()
  }, 60_000)

  it.each([
    ['a wrong password', { KAFKA_SASL_PASSWORD: 'not-the-secret' }, /authentication/iu],
    ['a broker that its authority did not sign', { KAFKA_TLS_CA_FILE: files.stranger }, /unable to verify|self.signed/iu],
  ])('refuses %s, and says so without the password', async (_what, changes: Record<string, string>, reason) => {
    const logged: unknown[] = []
    const client = openKafkaJs(settings('plain', changes), (...line) => logged.push(line))
    await expect(client.createTopics([{ topic: unique('secure'), partitions: 1, replicas: 1 }])).rejects.toThrow(reason)
    expect(JSON.stringify(logged)).not.toContain('KAFKA_SASL_PASSWORD' in changes ? changes.KAFKA_SASL_PASSWORD : USER.password)
    await client.close().catch(() => undefined)
  }, 60_000)
})
