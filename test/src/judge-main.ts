import { Shelf } from '@yuzhi/rules'
import { agreementOf, readRounds } from './judge.js'
import { CONFIG } from './paths.js'

/** `npm run judge [-- --round N] [--misses]`: how far the rules agree with the labelled calls. */
const flags = process.argv.slice(2)
const round = flags.includes('--round') ? `round-${flags[flags.indexOf('--round') + 1]}` : undefined
const shelf = Shelf.open(CONFIG, 'hotline')
const rubric = shelf.compile(shelf.ruleSets[0])
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
for (const [name, cases] of readRounds()) {
  if (round !== undefined && name !== round) continue
  const { labels, agreement, meanOverClauses, precision, recall, evidence, misses } = agreementOf(cases, rubric.score)
  process.stdout.write(
    `${name}: ${cases.length} calls, ${labels} labels, agreement ${percent(agreement)} (mean over clauses ${percent(meanOverClauses)}), violations: precision ${percent(precision)} recall ${percent(recall)}, evidence in the right turn ${percent(evidence)}\n`,
  )
  if (flags.includes('--misses')) process.stdout.write(`${misses.map((miss) => `  ${miss}`).join('\n')}\n`)
}
