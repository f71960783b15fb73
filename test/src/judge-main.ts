import { parseArgs } from 'node:util'
import { fileCache, Shelf } from '@yuzhi/rules'
import type { Call, Score } from '@yuzhi/schemas'
import { type Agreement, agreementOf, type LabelledCall, meanOverClauses, precisionOf, readRounds, recallOf, type Tally } from './judge.js'
import { CACHE, CONFIG } from './paths.js'
import { WEARS } from './wear.js'

/**
 * `npm run judge [-- --standard ID] [--round N] [--clauses] [--misses]`: how far the rules agree with
 * the labelled calls; `--wear`: what of that is lost where transcripts are worn.
 */
const { values: flags } = parseArgs({
  options: { standard: { type: 'string' }, round: { type: 'string' }, clauses: { type: 'boolean' }, misses: { type: 'boolean' }, wear: { type: 'boolean' } },
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

/** Agreement over all rounds, and how many points of it each kind of wear costs. */
function reportWear(name: string, cases: readonly LabelledCall[], score: (call: Call) => Score): void {
  const shareRight = (change: (call: Call) => Call): number => {
    const { all } = agreementOf(cases.map((labelled) => ({ ...labelled, call: change(labelled.call) })), score)
    return all.right / all.labels
  }
  const clean = shareRight((call) => call)
  process.stdout.write(`${name.padEnd(10)} clean ${percent(clean)}\n`)
  for (const [wear, change] of Object.entries(WEARS)) process.stdout.write(`  ${wear.padEnd(24)}${(100 * (shareRight(change) - clean)).toFixed(1).padStart(6)}\n`)
}

const shelf = Shelf.open(CONFIG, flags.standard, fileCache(CACHE))
for (const rules of shelf.ruleSets) {
  const { score } = shelf.compile(rules)
  const rounds = readRounds(rules.standard.id).filter(({ number }) => flags.round === undefined || String(number) === flags.round)
  const cases = rounds.flatMap((round) => round.cases)
  if (flags.wear === true) {
    reportWear(rules.standard.id, cases, score)
    continue
  }
  for (const round of rounds) report(`${round.standard} ${round.number} (${round.cases.length})`, agreementOf(round.cases, score))
  if (rounds.length > 1) report(`${rules.standard.id} all`, agreementOf(cases, score))
}
