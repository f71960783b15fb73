import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { ROOT } from '../paths.js'
import { benchPhrases } from './bench-phrases.js'
import { benchScore } from './bench-score.js'
import { benchSimilar } from './bench-similar.js'
import { benchStartup } from './bench-startup.js'
import { benchStore } from './bench-store.js'
import { benchStream } from './bench-stream.js'

const SECTIONS = { score: benchScore, phrases: benchPhrases, startup: benchStartup, similar: benchSimilar, store: benchStore, stream: benchStream }
const FILE = `${ROOT}BENCHMARKS.md`

/** `npm run bench [-- score|phrases|startup|similar|store|stream …] [--calls N]`: measures, prints, and writes the sections to BENCHMARKS.md. */
const asked = process.argv.slice(2)
const names = Object.keys(SECTIONS).filter((name) => asked.length === 0 || asked.includes(name)) as (keyof typeof SECTIONS)[]
const sections = readSections()
for (const name of names) {
  process.stderr.write(`${name}…\n`)
  const text = await SECTIONS[name]()
  process.stdout.write(`${text}\n\n`)
  sections.set(name, text)
}
const machine = `Node ${process.versions.node}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`
const body = Object.keys(SECTIONS).flatMap((name) => {
  const text = sections.get(name)
  return text === undefined ? [] : [`<!-- ${name} -->\n${text}\n`]
})
writeFileSync(FILE, `# Benchmarks\n\nWritten by \`npm run bench\`; every ratio was measured side by side in one run. ${machine}.\n\n${body.join('\n')}`)

function readSections(): Map<string, string> {
  try {
    const parts = readFileSync(FILE, 'utf8').split(/<!-- (\w+) -->\n/u)
    return new Map(parts.slice(1).flatMap((part, i, all) => (i % 2 === 0 ? [[part, all[i + 1].trim()] as const] : [])))
  } catch {
    return new Map()
  }
}
