import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CALLS_TOGETHER, loadLanguage, type Rubric, Shelf } from '@yuzhi/rules'
import { parseCall } from '@yuzhi/schemas'
import { jiebaSegmenter, matchView, normalise } from '@yuzhi/text'
import { CONFIG, ROOT } from '../paths.js'
import { fastest, table } from './measure.js'
import { CHARACTERS, sampleCalls, TURNS } from './sample-calls.js'

const CALLS = 2000
const RUNS = 5

/**
 * Scoring on one core with all standards loaded, chunk by chunk as the scoring threads do: calls a second by standard and
 * over all, the share of each stage for the hotline, and the same calls through Python's jieba and pyahocorasick.
 */
export function benchScore(): string {
  const calls = sampleCalls(CALLS)
  const lines = calls.map((call) => Buffer.from(JSON.stringify(call)))
  const shelf = Shelf.open(CONFIG)
  const rubrics = shelf.ruleSets.map((rules) => shelf.compile(rules))
  const hotline = rubrics.findIndex(({ rules }) => rules.standard.id === 'hotline')
  const rubric = rubrics[hotline]
  const segmenter = jiebaSegmenter(loadLanguage(CONFIG).words)
  const texts = calls.map(({ turns }) => turns.map(({ text }) => normalise(text).text))
  for (const call of calls.slice(0, 200)) rubric.score(call)

  const chunks = Array.from({ length: Math.ceil(CALLS / CALLS_TOGETHER) }, (_, i) => i * CALLS_TOGETHER)
  const scoreAll = (rubricOf: (number: number) => Rubric): number => fastest(RUNS, () => {
    for (const from of chunks) {
      const parsed = lines.slice(from, from + CALLS_TOGETHER).map(parseCall)
      for (const each of rubrics) {
        const its = parsed.flatMap((result, i) => (result.ok && rubricOf(from + i) === each ? [result.call] : []))
        for (const score of each.scoreAll(its)) JSON.stringify(score)
      }
    }
  })
  const alone = rubrics.map((each) => scoreAll(() => each))
  const whole = alone[hotline]
  const mixed = scoreAll((number) => rubrics[number % rubrics.length])
  const oneByOne = fastest(RUNS, () => {
    for (const [number, line] of lines.entries()) {
      const parsed = parseCall(line)
      if (parsed.ok) JSON.stringify(rubrics[number % rubrics.length].score(parsed.call))
    }
  })
  const scores = calls.map((call) => rubric.score(call))
  const stages = {
    'parse and check the JSON': fastest(RUNS, () => { for (const line of lines) parseCall(line) }),
    'normalise, match view': fastest(RUNS, () => { for (const { turns } of calls) for (const { text } of turns) matchView(normalise(text).text) }),
    'segment every turn': fastest(RUNS, () => { for (const turns of texts) for (const text of turns) segmenter.edges(text) }),
    'write the JSON': fastest(RUNS, () => { for (const score of scores) JSON.stringify(score) }),
  }
  const analyse = fastest(RUNS, () => { for (const from of chunks) rubric.signals.analyseAll(calls.slice(from, from + CALLS_TOGETHER)) })
  const score = fastest(RUNS, () => { rubric.scoreAll(calls) })
  const rows = [
    ...Object.entries(stages),
    ['phrases and similar wording', analyse - stages['normalise, match view'] - stages['segment every turn']] as const,
    ['signals, clauses, points, evidence', score - analyse] as const,
  ].map(([name, seconds]) => [name, `${((100 * seconds) / whole).toFixed(0)} %`, `${((1e6 * seconds) / CALLS).toFixed(0)} µs`])
  const python = pythonRate(lines, rubric.rules.signals.values())
  return [
    `## Scoring, one core\n\nCalls of ${TURNS} turns and about ${CHARACTERS} characters, every turn segmented, from JSON bytes to JSON text, all ${rubrics.length} standards loaded: **${(CALLS / mixed).toFixed(0)} calls/s** over calls of every standard in turn, ${CALLS_TOGETHER} at a time as the scoring threads take them (goal 2,000); ${(CALLS / oneByOne).toFixed(0)} one at a time.\n`,
    table(['standard', 'clauses', 'calls/s'], rubrics.map(({ rules }, i) => [rules.standard.id, String(rules.clauses.length), (CALLS / alone[i]).toFixed(0)])),
    '\nWhere the time of a hotline call goes:\n',
    table(['stage', 'share', 'a call'], rows),
    '',
    python === undefined
      ? 'Python with jieba and pyahocorasick is not on this machine; the comparison was left out.'
      : `The same calls through Python's jieba and pyahocorasick (segment every turn, look for the same literals, nothing else): ${python.toFixed(0)} calls/s. Yuzhi does the whole job **${(CALLS / whole / python).toFixed(1)} times** as fast (goal 6).`,
  ].join('\n')
}

/** Calls a second of the Python baseline, or undefined where Python lacks its packages. */
function pythonRate(lines: readonly Buffer[], signals: Iterable<Readonly<Record<string, unknown>>>): number | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-bench-'))
  writeFileSync(path.join(folder, 'calls.jsonl'), Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
  const literals = new Set(Array.from(signals, ({ phrases }) => JSON.stringify(phrases ?? '')).flatMap((phrases) => phrases.match(/[\u4e00-\u9fff]{2,}/gu) ?? []))
  writeFileSync(path.join(folder, 'literals.txt'), [...literals].join('\n'))
  const { status, stdout } = spawnSync('python3', [path.join(ROOT, 'test', 'bench', 'jieba_baseline.py'), folder], { encoding: 'utf8' })
  return status === 0 ? Number(stdout.trim()) : undefined
}
