import { parentPort, workerData } from 'node:worker_threads'
import { compileAll, fileCache, RuleError, rubricRecord, Shelf } from '@yuzhi/rules'
import { textOf } from '@yuzhi/schemas'
import { scoreInputs } from './score-input.js'
import { type FromThread, pack, type ThreadData, type ToThread, unpack } from './thread-protocol.js'

/** A thread that judges calls with the rules of one folder; there is nothing native in it, so it may end at any time. */
const port = parentPort
if (port === null) throw new Error('this file runs as a thread')
const { config, cache, ...options } = workerData as ThreadData
const answer = (message: FromThread, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer)
}

try {
  const shelf = Shelf.open(config, undefined, fileCache(cache))
  const { rubrics, faults } = compileAll(shelf)
  if (faults.some(({ severity }) => severity === 'error')) throw new RuleError(faults)
  port.on('message', ({ values, inputs }: ToThread) => {
    const results = scoreInputs(shelf, unpack(values).map((value, i) => ({ ...inputs[i], value })), options)
    const packed = pack(results.map((result) => (result.ok ? result.value : new Uint8Array())))
    answer({ kind: 'done', values: packed, results: results.map((result) => (result.ok ? { ok: true, callId: result.callId, rubric: result.rubric } : result)) }, [packed.bytes])
  })
  answer({ kind: 'ready', rubrics: rubrics.map(rubricRecord), standards: shelf.standards })
} catch (error) {
  answer({ kind: 'broken', text: textOf(error) })
}
