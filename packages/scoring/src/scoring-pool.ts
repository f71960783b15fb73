import { Worker } from 'node:worker_threads'
import { CALLS_TOGETHER, type RubricRecord } from '@yuzhi/rules'
import { FaultError } from '@yuzhi/schemas'
import type { Input, Scored, ScoreOptions } from './score-input.js'
import { type FromThread, pack, type ThreadData, type ToThread, unpack } from './thread-protocol.js'

export interface PoolOptions extends ScoreOptions {
  /** Folder of the rules; it must not change while the pool lives. */
  config: string
  /** Folder of trained models. */
  cache: string
  threads: number
  /** A call that takes longer is given up. */
  callTimeoutMs: number
}

/** Threads that judge calls with one set of rules. */
export interface ScoringPool {
  rubrics: readonly RubricRecord[]
  standards: readonly string[]
  /** Results in the order of the inputs. Rejects only when the pool is closed. */
  score: (inputs: readonly Input[]) => Promise<Scored[]>
  close: () => Promise<void>
}

/** The rules cannot be used. */
export class RulesBroken extends FaultError {
  readonly code = 'rules'
}

/** Bytes of the calls that are judged together, beyond the first: what is read of a call takes many times its bytes until all are judged. */
const CHUNK_BYTES = 2_000_000
/** What a call leaves behind dies young; with room for it (a third of this) a fifth less time goes into collecting it. */
const YOUNG_MB = 192
const THREAD = new URL(import.meta.url.endsWith('.ts') ? '../dist/scoring-thread.js' : './scoring-thread.js', import.meta.url)

/** Compiles the rules in every thread; throws RulesBroken where they are faulty. */
export async function openScoringPool(options: PoolOptions): Promise<ScoringPool> {
  const pool = new Pool(options)
  try {
    return await pool.start()
  } catch (error) {
    await pool.close()
    throw error
  }
}

interface Job {
  inputs: readonly Input[]
  resolve: (results: Scored[]) => void
  reject: (error: Error) => void
}

class Pool {
  private readonly threads = new Set<Thread>()
  private readonly waiting: Job[] = []
  private isClosed = false

  constructor(private readonly options: PoolOptions) {}

  async start(): Promise<ScoringPool> {
    // The first one trains what was not kept; the others find it kept.
    const first = await this.startThread()
    await Promise.all(Array.from({ length: this.options.threads - 1 }, () => this.startThread()))
    return { ...first, score: (inputs) => this.score(inputs), close: () => this.close() }
  }

  private async startThread(): Promise<{ rubrics: readonly RubricRecord[]; standards: readonly string[] }> {
    const thread = new Thread(this.options)
    this.threads.add(thread)
    const ready = await thread.ready
    this.next()
    return ready
  }

  private async score(inputs: readonly Input[]): Promise<Scored[]> {
    const chunks = chunksOf(inputs, Math.min(CALLS_TOGETHER, Math.ceil(inputs.length / this.options.threads)))
    const results = await Promise.all(chunks.map((chunk) => this.enqueue(chunk)))
    return results.flat()
  }

  private enqueue(inputs: readonly Input[]): Promise<Scored[]> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) reject(new Error('the pool is closed'))
      else {
        this.waiting.push({ inputs, resolve, reject })
        this.next()
      }
    })
  }

  private next(): void {
    for (const thread of this.threads) {
      if (!thread.isIdle) continue
      const job = this.waiting.shift()
      if (job === undefined) return
      void this.run(thread, job)
    }
  }

  private async run(thread: Thread, job: Job): Promise<void> {
    const results = await thread.run(job.inputs, this.options.callTimeoutMs)
    if (results !== undefined) job.resolve(results)
    else {
      this.threads.delete(thread)
      if (this.isClosed) job.reject(new Error('the pool is closed'))
      else {
        // A thread that comes up again with the same rules cannot fail otherwise than by a lack of memory: then the next call tells.
        this.startThread().catch(() => undefined)
        this.giveUp(job)
      }
    }
    this.next()
  }

  /** The thread did not come back. One of several calls may be to blame; of one it is known. */
  private giveUp({ inputs, resolve, reject }: Job): void {
    if (inputs.length === 1) resolve([{ ok: false, code: 'too_slow', path: '', message: `judging took more than ${this.options.callTimeoutMs} ms or ended its thread` }])
    else Promise.all(inputs.map((input) => this.enqueue([input]))).then((results) => { resolve(results.flat()) }, reject)
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const { reject } of this.waiting.splice(0)) reject(new Error('the pool is closed'))
    await Promise.all([...this.threads].map((thread) => thread.end()))
    this.threads.clear()
  }
}

function chunksOf(inputs: readonly Input[], size: number): Input[][] {
  const chunks: Input[][] = []
  let bytes = Infinity
  for (const input of inputs) {
    bytes += input.value.length
    if (bytes > CHUNK_BYTES || chunks[chunks.length - 1].length >= size) {
      chunks.push([])
      bytes = input.value.length
    }
    chunks[chunks.length - 1].push(input)
  }
  return chunks
}

class Thread {
  readonly ready: Promise<{ rubrics: readonly RubricRecord[]; standards: readonly string[] }>
  private readonly worker: Worker
  private isReady = false
  private finish: ((message: Extract<FromThread, { kind: 'done' }> | undefined) => void) | undefined

  constructor({ config, cache, privacy, maxCallBytes }: PoolOptions) {
    const data: ThreadData = { config, cache, privacy, maxCallBytes }
    this.worker = new Worker(THREAD, { workerData: data, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    this.worker.unref()
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') {
          this.isReady = true
          resolve(message)
        } else if (message.kind === 'broken') reject(new RulesBroken(message.text))
        else this.finish?.(message)
      })
      this.worker.on('error', reject)
      this.worker.on('exit', () => {
        this.isReady = false
        reject(new Error('a scoring thread ended'))
        this.finish?.(undefined)
      })
    })
  }

  get isIdle(): boolean {
    return this.isReady && this.finish === undefined
  }

  /** Undefined: the thread is gone. The time counts from here, for each call. */
  async run(inputs: readonly Input[], callTimeoutMs: number): Promise<Scored[] | undefined> {
    const values = pack(inputs.map(({ value }) => value))
    const message: ToThread = { values, inputs: inputs.map(({ key, source, position, time }) => ({ key, source, position, time })) }
    const answer = new Promise<Extract<FromThread, { kind: 'done' }> | undefined>((resolve) => {
      this.finish = resolve
    })
    this.worker.ref()
    this.worker.postMessage(message, [values.bytes])
    const timer = setTimeout(() => void this.worker.terminate(), callTimeoutMs)
    const done = await answer
    clearTimeout(timer)
    this.finish = undefined
    this.worker.unref()
    if (done === undefined) return undefined
    const results = unpack(done.values)
    return done.results.map((result, i) => (result.ok ? { ...result, value: results[i] } : result))
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}
