import { loadLanguage, loadRules, compileRubric, type RuleSet } from '@yuzhi/rules'
import { jiebaSegmenter } from '@yuzhi/text'
import { CONFIG } from '../paths.js'
import { fastest, table } from './measure.js'
import { pseudoRandom, sampleCalls } from './sample-calls.js'

const CALLS = 1000
const RUNS = 5
const TIMES = 10

/** What ten times as many phrases cost. */
export function benchPhrases(): string {
  const calls = sampleCalls(CALLS)
  const language = loadLanguage(CONFIG)
  const segmenter = jiebaSegmenter(language.words)
  const rubrics = [1, TIMES].map((times) => {
    const rules = loadRules(`${CONFIG}/standards/hotline`)
    const added = times === 1 ? 0 : addPhrases(rules, times)
    return { added, rubric: compileRubric(rules, language, segmenter), seconds: Infinity }
  })
  // By turns: what disturbs the machine disturbs both.
  for (let run = 0; run < RUNS; run++) for (const each of rubrics) each.seconds = Math.min(each.seconds, fastest(1, () => each.rubric.scoreAll(calls)))
  const [once, tenfold] = rubrics
  return [
    `## Ten times as many phrases\n\nEvery phrase signal gets nine phrases of its own for each that it has, made of the same characters: **${(tenfold.seconds / once.seconds).toFixed(2)} times** the cost (goal at most 1.3).\n`,
    table(['phrases added', 'a call'], rubrics.map(({ added, seconds: time }) => [String(added), `${((1e6 * time) / CALLS).toFixed(0)} µs`])),
  ].join('\n')
}

/** Adds phrases of five characters drawn from the rules' own; returns how many. */
function addPhrases(rules: RuleSet, times: number): number {
  const random = pseudoRandom(11)
  const lists = [...rules.signals.values()].flatMap(({ phrases }: Readonly<Record<string, unknown>>) => (Array.isArray(phrases) ? [phrases as string[]] : phrases === undefined ? [] : [(phrases as { any: string[] }).any]))
  const characters = lists.flat().join('').replace(/[^\u4e00-\u9fff]/gu, '')
  let added = 0
  for (const list of lists) {
    for (let left = list.length * (times - 1); left > 0; left--) {
      list.push(Array.from({ length: 5 }, () => characters[Math.floor(random() * characters.length)]).join(''))
      added++
    }
  }
  return added
}
