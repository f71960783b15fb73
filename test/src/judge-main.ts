import { parseArgs } from 'node:util'
import { fileCache, Shelf } from '@yuzhi/rules'
import { type Agreement, agreementOf, meanOverClauses, precisionOf, readRounds, recallOf, type Tally } from './judge.js'
import { CACHE, CONFIG } from './paths.js'

/** `npm run judge [-- --standard ID] [--round N] [--clauses] [--misses]`: how far the rules agree with the labelled calls. */
const { values: flags } = parseArgs({
  options: { standard: { type: 'string' }, round: { type: 'string' }, clauses: { type: 'boolean' }, misses: { type: 'boolean' } },
})

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`).padStart(7)

function line(tally: Tally): string {
  return `${String(tally.labels).padStart(5)} labels  agreement ${percent(tally.right / tally.labels)}  violations: precision ${percent(precisionOf(tally))} recall ${percent(recallOf(tally))}  evidence in the right turn ${percent(tally.inTurn / tally.placed)}`
}

function report(name: string, agreement: Agreement): void {
  const lines = [`${name.padEnd(18)}${line(agreement.all)}  mean over clauses ${percent(meanOverClauses(agreement))}`]
  if (flags.clauses === true) for (const [id, tally] of [...agreement.clauses].sort()) lines.push(`  ${id.padEnd(38)}${line(tally)}`)
  if (flags.misses === true) lines.push(...agreement.misses.map((miss) => `  ${miss}`))
  process.stdout.write(`${lines.join('\n')}\n`)
}

const shelf = Shelf.open(CONFIG, flags.standard, fileCache(CACHE))
for (const rules of shelf.ruleSets) {
  const { score } = shelf.compile(rules)
  const rounds = readRounds(rules.standard.id).filter(({ number }) => flags.round === undefined || String(number) === flags.round)
  for (const { standard, number, cases } of rounds) report(`${standard} ${number} (${cases.length})`, agreementOf(cases, score))
  if (rounds.length > 1) report(`${rules.standard.id} all`, agreementOf(rounds.flatMap(({ cases }) => cases), score))
}
