import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { KAFKA_VERSION, kafkaJars } from './kafka-jars.js'
import { KafkaError } from './port.js'

const run = promisify(execFile)

export interface DevBrokerOptions {
  /** Folder for its log segments and its own log. */
  dir: string
  /** 0: any that is free. */
  port?: number
  log?: (message: string) => void
  /** A second listener that speaks TLS, asks for a certificate and lets this user in alone; needs Java. */
  secure?: SecureListener
}

export interface SecureListener {
  port: number
  /** File with the broker's key and certificate, PEM. */
  keystore: string
  /** File with the authority of the clients' certificates, PEM. */
  truststore: string
  user: string
  password: string
}

/** Apache Kafka on this machine, one node, for development and tests. */
export interface DevBroker {
  /** For KAFKA_BROKERS. */
  brokers: string
  /** Ends it at once, as a crash would. */
  kill: () => Promise<void>
  /** Starts it again on the same port and data. */
  start: () => Promise<void>
  /** Lets it end in order. */
  stop: () => Promise<void>
  /** Rejects when it ends without being asked to. */
  failed: Promise<never>
  /** Holds it still, connections open, and lets it go on. */
  freeze: () => void
  thaw: () => void
}

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000

/** What to do where neither Java nor docker is there. */
export const NO_BROKER = {
  message: 'there is no Kafka to use: set KAFKA_BROKERS, or install Java 17 and Maven (apt-get install openjdk-17-jre-headless maven), or docker',
  zh: '没有可用的 Kafka：请设置 KAFKA_BROKERS，或安装 Java 17 和 Maven（apt-get install openjdk-17-jre-headless maven），或 docker',
}

/** Starts a broker on a folder, which it formats where it is new; it ends with this process, however that ends. */
export async function startDevBroker({ dir, port = 0, log = () => undefined, secure }: DevBrokerOptions): Promise<DevBroker> {
  if (port !== 0 && (await canConnect(port))) throw new KafkaError('failed', { message: `something listens on port ${port} already`, zh: `端口 ${port} 已被占用` }, false)
  const own = port === 0 ? await freePort() : port
  const command = has('java') && has('mvn') ? await jarCommand(dir, own, log, secure) : secure === undefined && has('docker', 'info') ? dockerCommand(own) : undefined
  if (command === undefined) throw new KafkaError('unavailable', NO_BROKER, false)
  const logFile = path.join(dir, 'broker.log')
  let child: ChildProcess | undefined
  /** Those that were told to end. */
  const told = new WeakSet<ChildProcess>()
  let fail: (error: KafkaError) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => { fail = reject })
  failed.catch(() => undefined)
  const start = async (): Promise<void> => {
    const started = spawnTied(command, logFile)
    child = started
    started.once('exit', () => { if (!told.has(started)) fail(ended(logFile)) })
    await listening(own, started, logFile)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = child
    if (ending?.pid === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    told.add(ending)
    const exited = new Promise((resolve) => ending.once('exit', resolve))
    // The whole group: the broker and the shell that watches over it.
    process.kill(-ending.pid, signal)
    const timer = setTimeout(() => { if (ending.pid !== undefined) process.kill(-ending.pid, 'SIGKILL') }, STOP_LIMIT_MS)
    await exited
    clearTimeout(timer)
  }
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    if (child?.pid !== undefined) process.kill(-child.pid, name)
  }
  await start()
  return {
    freeze: () => { signal('SIGSTOP') },
    thaw: () => { signal('SIGCONT') },
    brokers: `127.0.0.1:${own}`,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    failed,
  }
}

function has(name: string, ...test: string[]): boolean {
  try {
    execFileSync(name, test.length > 0 ? test : ['-version'], { stdio: 'ignore', timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

async function jarCommand(dir: string, port: number, log: (message: string) => void, secure?: SecureListener): Promise<string[]> {
  const classpath = path.join(await kafkaJars(log), '*')
  mkdirSync(dir, { recursive: true })
  const properties = path.join(dir, 'server.properties')
  const controller = await freePort()
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(secure === undefined ? [] : [`SECURE://127.0.0.1:${secure.port}`])].join(',')
  writeFileSync(properties, [
    'process.roles=broker,controller', 'node.id=1', `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `listeners=${listeners},CONTROLLER://127.0.0.1:${controller}`, `advertised.listeners=${listeners}`,
    'controller.listener.names=CONTROLLER', 'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL',
    ...(secure === undefined ? [] : secureProperties(secure)),
    `log.dirs=${path.join(dir, 'segments')}`, 'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1', 'offsets.topic.num.partitions=5',
    'transaction.state.log.replication.factor=1', 'transaction.state.log.min.isr=1', 'transaction.state.log.num.partitions=5',
    'share.coordinator.state.topic.replication.factor=1', 'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0', 'controlled.shutdown.enable=false', 'message.max.bytes=67108864', 'replica.fetch.max.bytes=67108864',
    'socket.request.max.bytes=134217728', '',
  ].join('\n'))
  const logging = path.join(dir, 'log4j2.properties')
  writeFileSync(logging, 'rootLogger.level=warn\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\nappender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%d %p %c{1} %m%n\n')
  const java = ['java', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classpath, `-Dlog4j2.configurationFile=${logging}`]
  const [program, ...options] = java
  // A folder keeps the number of the cluster that it was formatted for.
  if (!existsSync(path.join(dir, 'segments', 'meta.properties'))) await run(program, [...options, 'kafka.tools.StorageTool', 'format', ...scramUsers(secure), '-t', randomUUID().replaceAll('-', '').slice(0, 22), '-c', properties], { timeout: START_LIMIT_MS })
  return [...java, 'kafka.Kafka', properties]
}

function secureProperties({ keystore, truststore, user, password }: SecureListener): string[] {
  const login = (mechanism: string, module: string, settings = ''): string => `listener.name.secure.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.${module} required${settings};`
  return [
    'ssl.keystore.type=PEM', `ssl.keystore.location=${keystore}`, 'ssl.truststore.type=PEM', `ssl.truststore.location=${truststore}`, 'ssl.client.auth=required',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    login('plain', 'plain.PlainLoginModule', ` user_${user}="${password}"`), login('scram-sha-256', 'scram.ScramLoginModule'), login('scram-sha-512', 'scram.ScramLoginModule'),
  ]
}

/** Users of SCRAM live in the cluster's own log: they come with its format. */
function scramUsers(secure: SecureListener | undefined): string[] {
  return secure === undefined ? [] : ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${secure.user},password=${secure.password}]`])
}

function dockerCommand(port: number): string[] {
  const settings = {
    KAFKA_NODE_ID: '1', KAFKA_PROCESS_ROLES: 'broker,controller', KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093', KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`, KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT', KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false', KAFKA_MESSAGE_MAX_BYTES: '67108864',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1', KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1', KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1', KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  }
  return ['docker', 'run', '--rm', '-p', `127.0.0.1:${port}:${port}`, ...Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]), `apache/kafka:${KAFKA_VERSION}`]
}

/** A shell starts the command and ends it when our end of its standard input closes, be it by our own crash. */
function spawnTied(command: readonly string[], logFile: string): ChildProcess {
  mkdirSync(path.dirname(logFile), { recursive: true })
  const out = openSync(logFile, 'a')
  // The input goes to the watcher alone: a background job of a shell would get none.
  const script = "exec 3<&0; trap : TERM; \"$@\" </dev/null 3<&- & child=$!; (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & exec 3<&-; wait $child; wait $child"
  return spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['pipe', out, out], detached: true })
}

async function listening(port: number, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) throw ended(logFile)
    if (await canConnect(port)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function ended(logFile: string): KafkaError {
  const last = readFileSync(logFile, 'utf8').slice(-2000)
  return new KafkaError('failed', { message: `Kafka ended; the last lines of ${logFile}:\n${last}`, zh: `Kafka 已退出；${logFile} 的最后几行：\n${last}` }, false)
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
