import { spawnSync } from 'node:child_process'
import { CONFIG, ROOT } from '../paths.js'
import { table } from './measure.js'

const SCRIPT = `
const started = performance.now()
const { fileCache, Shelf } = await import(${JSON.stringify(`${ROOT}packages/rules/dist/index.js`)})
const shelf = Shelf.open(${JSON.stringify(CONFIG)}, 'hotline', process.argv[1] === '' ? undefined : fileCache(process.argv[1]))
const rubric = shelf.compile(shelf.ruleSets[0])
rubric.score({ call_id: 'x', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role: 'agent', text: '您好' }] })
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, megabytes: process.memoryUsage.rss() / 1e6, peak: process.resourceUsage().maxRSS / 1000 }))
`
const RUNS = 3

interface Started {
  seconds: number
  megabytes: number
  peak: number
}

/** From a new process to the first scored call, with and without kept models, and the memory then. */
export function benchStartup(): string {
  const warm = start(`${ROOT}node_modules/.cache/yuzhi`)
  const cold = start('')
  const row = (name: string, { seconds, megabytes, peak }: Started): string[] => [name, `${seconds.toFixed(2)} s`, `${megabytes.toFixed(0)} MB`, `${peak.toFixed(0)} MB`]
  return [
    `## Start-up and memory\n\nFrom an empty process to the first scored call: **${warm.seconds.toFixed(2)} s** with kept models (goal 2 s), ${cold.seconds.toFixed(2)} s where they are trained anew; **${warm.megabytes.toFixed(0)} MB** (goal 600 MB).\n`,
    table(['', 'first score after', 'memory', 'peak'], [row('kept models', warm), row('trained anew', cold)]),
  ].join('\n')
}

/** The fastest of a few starts; the first fills the cache. */
function start(cache: string): Started {
  const runs = Array.from({ length: RUNS + 1 }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT, cache], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as Started
  })
  return runs.slice(1).reduce((best, run) => (run.seconds < best.seconds ? run : best))
}
