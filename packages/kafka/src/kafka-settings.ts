import type { FaultText } from '@yuzhi/schemas'
import { z } from 'zod'

const BROKERS = /^\s*(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}\s*(?:,\s*(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}\s*)*$/iu

/** How to reach Kafka; keys are those of the environment. */
export const KafkaSettings = z.object({
  KAFKA_BROKERS: z.string().regex(BROKERS, 'is no list of host:port, separated by commas').default('127.0.0.1:9092').describe('Brokers, host:port, separated by commas'),
  KAFKA_CLIENT_ID: z.string().min(1).default('yuzhi').describe('Name of this client in the logs of the brokers'),
  KAFKA_TLS: z.stringbool().default(false).describe('Speak TLS with the brokers'),
  KAFKA_TLS_CA_FILE: z.string().optional().describe('Certificate authority of the brokers, PEM; turns TLS on'),
  KAFKA_TLS_CERT_FILE: z.string().optional().describe('Certificate of this client, PEM'),
  KAFKA_TLS_KEY_FILE: z.string().optional().describe('Key of that certificate, PEM'),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional().describe('How to log in'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User'),
  KAFKA_SASL_PASSWORD: z.string().optional().describe('Password (secret; better as KAFKA_SASL_PASSWORD_FILE)'),
})
export type KafkaSettings = z.infer<typeof KafkaSettings>

/** What must go together; one message for each field that is wrong. */
export function kafkaFaults(given: Readonly<Partial<Record<keyof KafkaSettings, unknown>>>): (FaultText & { field: keyof KafkaSettings })[] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = given
  const faults: ReturnType<typeof kafkaFaults> = []
  const needed = (field: keyof KafkaSettings, by: keyof KafkaSettings): void => { faults.push({ field, message: `is needed with ${by}`, zh: `设了 ${by} 就要设它` }) }
  if (mechanism !== undefined && user === undefined) needed('KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM')
  if (mechanism !== undefined && password === undefined) needed('KAFKA_SASL_PASSWORD', 'KAFKA_SASL_MECHANISM')
  if (mechanism === undefined && user !== undefined) needed('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME')
  if ((cert === undefined) !== (key === undefined)) faults.push({ field: cert === undefined ? 'KAFKA_TLS_CERT_FILE' : 'KAFKA_TLS_KEY_FILE', message: 'a certificate and its key go together', zh: '证书和私钥要一起给' })
  return faults
}
