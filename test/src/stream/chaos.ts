import { EXIT } from '@yuzhi/service'
import { pseudoRandom } from '../bench/sample-calls.js'
import { actualScores, createTopics, expectedScores, pause, type Pipeline, sendSlowly, startWorker, storedCalls, storedOf, type StoredCall, untilRead, type Worker } from './harness.js'

export interface ChaosOptions {
  pipeline: Pipeline
  kills: number
  seed: number
  log?: (message: string) => void
}

export interface ChaosResult {
  sent: number
  killed: { scorer: number; sink: number }
  /** How often a worker ended by itself and was started again. */
  fallen: number
  expected: Map<string, string>
  actual: { scores: Map<string, string>; twice: string[] }
  stored: StoredCall[]
  shouldBeStored: StoredCall[]
}

type Name = 'scorer' | 'sink'

/** A worker is killed after so long at the latest; half of them while they still start. */
const LONGEST_LIFE_MS = 6_000
/** Between lots of twenty calls. */
const PAUSE_MS = 100
/** A killed worker's partitions are free after its session; most of the work is done when the killing is over. */
const SETTLE_LIMIT_MS = 600_000

/** Kills scorer and sink with SIGKILL at random moments under load, starts them again, and tells what came out. */
export async function killAtRandom({ pipeline, kills, seed, log = () => undefined }: ChaosOptions): Promise<ChaosResult> {
  const random = pseudoRandom(seed)
  await createTopics(pipeline)
  let isOver = false
  const sending = sendSlowly(pipeline, `chaos${seed}`, () => isOver, PAUSE_MS)
  let fallen = 0
  let isEnding = false
  const workers = {} as Record<Name, Worker>
  /** As an orchestrator does it: who could not go on (exit code 2) is started again. */
  const keep = (name: Name): void => {
    const worker = startWorker(name, pipeline)
    workers[name] = worker
    void worker.ended.then((how) => {
      if (how !== EXIT.failed || isEnding) return
      fallen++
      log(`the ${name} could not go on: ${worker.log().split('\n').find((line) => line.includes('service_failed')) ?? 'it said nothing'}`)
      keep(name)
    })
  }
  keep('scorer')
  keep('sink')
  const killed = { scorer: 0, sink: 0 }
  for (let kill = 0; kill < kills; kill++) {
    await pause(500 + random() * LONGEST_LIFE_MS)
    const name = random() < 0.5 ? 'scorer' : 'sink'
    workers[name].kill('SIGKILL')
    const how = await workers[name].ended
    if (how !== 'SIGKILL' && how !== EXIT.failed) throw new Error(`the ${name} had ended by itself (${how}):\n${workers[name].log()}`)
    killed[name]++
    log(`${kill + 1}/${kills}: ${name}`)
    if (how === 'SIGKILL') keep(name)
  }
  isOver = true
  const sent = await sending
  await untilRead(pipeline, pipeline.environment.SCORER_GROUP, pipeline.topics.transcripts, SETTLE_LIMIT_MS, (messages) => { log(`${messages} calls wait to be judged`) })
  const expected = await expectedScores(pipeline)
  const actual = await actualScores(pipeline)
  const shouldBeStored = storedOf(expected)
  const deadline = Date.now() + SETTLE_LIMIT_MS
  let stored: StoredCall[] = []
  while (Date.now() < deadline) {
    try {
      stored = await storedCalls(pipeline.dir)
      if (stored.length >= shouldBeStored.length) break
    } catch {
      // The sink may be starting.
    }
    await pause(500)
  }
  isEnding = true
  for (const worker of Object.values(workers)) worker.kill('SIGTERM')
  await Promise.all(Object.values(workers).map(({ ended }) => ended))
  return { sent, killed, fallen, expected, actual, stored: await storedCalls(pipeline.dir), shouldBeStored }
}
