import { parentPort, workerData } from 'node:worker_threads'
import { compileAll, fileCache, formatFault, Shelf, testRules } from '@yuzhi/rules'

/** Compiles the rules of a folder and runs the examples that they carry; answers with what is wrong, undefined where nothing is. */
const MOST_FAULTS = 20
const { config, cache } = workerData as { config: string; cache: string }

function check(): string | undefined {
  try {
    const { rubrics, faults } = compileAll(Shelf.open(config, undefined, fileCache(cache)))
    const wrong = [...faults.filter(({ severity }) => severity === 'error'), ...rubrics.flatMap((rubric) => testRules(rubric).failed)]
    return wrong.length === 0 ? undefined : wrong.slice(0, MOST_FAULTS).map((fault) => formatFault(fault)).join('\n')
  } catch (error) {
    return (error as Error).message
  }
}

parentPort?.postMessage(check())
