import { expect, it } from 'vitest'
import { kafkaFaults, KafkaSettings } from './kafka-settings.js'

it.each(['127.0.0.1:9092', 'kafka-1.example.org:9092, kafka-2.example.org:9092', '[::1]:9092'])('takes %s for brokers', (brokers) => {
  expect(KafkaSettings.parse({ KAFKA_BROKERS: brokers }).KAFKA_BROKERS).toBe(brokers)
})

it.each(['kafka', 'http://kafka:9092', 'kafka:9092,', 'kafka:9092 kafka:9093', 'kafka:port'])('refuses %s for brokers', (brokers) => {
  expect(() => KafkaSettings.parse({ KAFKA_BROKERS: brokers })).toThrow('host:port')
})

it('names what must go together', () => {
  expect(kafkaFaults({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_TLS_CERT_FILE: 'c.pem' }).map(({ field }) => field)).toEqual(['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_TLS_KEY_FILE'])
  expect(kafkaFaults({ KAFKA_SASL_USERNAME: 'u' }).map(({ field }) => field)).toEqual(['KAFKA_SASL_MECHANISM'])
})
