import { KafkaError, type KafkaErrorCode } from './port.js'

interface KafkaJsError {
  name?: string
  type?: string
  message?: string
  retriable?: boolean
  cause?: unknown
}

const CODES: Readonly<Partial<Record<string, KafkaErrorCode>>> = {
  MESSAGE_TOO_LARGE: 'too_large', RECORD_LIST_TOO_LARGE: 'too_large',
  INVALID_PRODUCER_EPOCH: 'fenced', TRANSACTION_COORDINATOR_FENCED: 'fenced', INVALID_PRODUCER_ID_MAPPING: 'fenced', INVALID_TXN_STATE: 'fenced', PRODUCER_FENCED: 'fenced',
  SASL_AUTHENTICATION_FAILED: 'unauthorised', UNSUPPORTED_SASL_MECHANISM: 'unauthorised', TOPIC_AUTHORIZATION_FAILED: 'unauthorised', GROUP_AUTHORIZATION_FAILED: 'unauthorised', TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'unauthorised',
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown_topic',
}

/** The cause at the bottom says what happened; what lies above it says how often it was tried. */
function rootOf(error: KafkaJsError): KafkaJsError {
  return typeof error.cause === 'object' && error.cause !== null && error.type === undefined ? rootOf(error.cause) : error
}

/** kafkajs's failure as a KafkaError. */
export function classify(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const root = rootOf(error ?? {})
  const { name = '', type = '', message = String(error) } = root
  if (name === 'KafkaJSSASLAuthenticationError') return failure('unauthorised', message, false, error)
  const code = CODES[type]
  // Among brokers that just started a topic may be unknown for a moment.
  if (code !== undefined) return failure(code, message, code === 'unknown_topic' || code === 'fenced', error)
  if (name.startsWith('KafkaJS') || isConcurrentTransactions(error)) return failure('unavailable', message, true, error)
  return failure('failed', message, false, error)
}

const CHINESE: Readonly<Record<KafkaErrorCode, string>> = {
  too_large: '消息超过 Kafka 允许的大小',
  fenced: 'Kafka 已把这部分工作交给别人',
  unavailable: '连不上 Kafka，或它暂时不能应答',
  unauthorised: 'Kafka 拒绝登录或访问',
  unknown_topic: 'Kafka 中没有这个主题',
  failed: 'Kafka 出错',
}

function failure(code: KafkaErrorCode, message: string, canRetry: boolean, cause: unknown): KafkaError {
  return new KafkaError(code, { message, zh: `${CHINESE[code]}（${message}）` }, canRetry, { cause })
}

/** Kafka is still ending the transaction before; the same request goes through in a moment. */
export function isConcurrentTransactions(error: unknown): boolean {
  return rootOf(error ?? {}).type === 'CONCURRENT_TRANSACTIONS'
}
