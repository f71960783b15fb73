import { parentPort, workerData } from 'node:worker_threads'
import { compileAll, fileCache, Shelf, tellFaults, testRules } from '@yuzhi/rules'
import { type FaultText, textOf } from '@yuzhi/schemas'

/** Compiles the rules of a folder and runs the examples that they carry; answers with what is wrong, undefined where nothing is. */
const MOST_FAULTS = 20
const { config, cache } = workerData as { config: string; cache: string }

function check(): FaultText | undefined {
  try {
    const { rubrics, faults } = compileAll(Shelf.open(config, undefined, fileCache(cache)))
    const wrong = [...faults.filter(({ severity }) => severity === 'error'), ...rubrics.flatMap((rubric) => testRules(rubric).failed)]
    return wrong.length === 0 ? undefined : tellFaults(wrong.slice(0, MOST_FAULTS))
  } catch (error) {
    return textOf(error)
  }
}

parentPort?.postMessage(check())
