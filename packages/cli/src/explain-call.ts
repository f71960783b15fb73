import type { Call, ClauseResult, Score } from '@yuzhi/schemas'
import type { Rubric } from '@yuzhi/rules'
import pc from 'picocolors'
import type { Context } from './context.js'
import { renderTable } from './table.js'

/** A call as text: every turn with its evidence marked in place and the points beside it, then the sum. `titles`: of its clauses, by id. */
export function explainCall(call: Call, score: Score, titles: ReadonlyMap<string, string>, { say, hasColour, width }: Context): string {
  const colours = pc.createColors(hasColour)
  const paint = { met: colours.green, violated: colours.red, not_applicable: colours.dim }
  const lines = [colours.bold(`${call.call_id}  ${call.started_at}  ${call.agent?.name ?? call.agent?.id ?? ''}`), '']
  for (const [turn, { role, text, start_ms: start }] of call.turns.entries()) {
    const touching = score.clauses.filter(({ evidence }) => evidence.some((item) => item.turn === turn))
    const time = start === undefined ? '' : colours.dim(` ${(start / 1000).toFixed(1)}s`)
    lines.push(`${String(turn + 1).padStart(3)} ${say(role)}${time}  ${markEvidence(text, turn, touching, paint, hasColour)}`)
    for (const clause of touching.filter(({ evidence }) => evidence.find((item) => item.kind !== 'situation')?.turn === turn)) {
      const { id, outcome, points } = clause
      lines.push(paint[outcome](`      ${outcome === 'met' ? '✓' : '✗'} ${signed(points).padStart(6)}  ${titles.get(id) ?? id}  (${id})`))
    }
  }
  const rows = score.clauses.map(({ id, outcome, points, reason }) => [id, say(outcome), signed(points), reason])
  lines.push('', renderTable([say('col_clause'), say('col_verdict'), say('points'), say('col_reason')], rows, width))
  if (score.base > 0) lines.push(`${say('base')} ${score.base}`)
  lines.push(colours.bold(`${say('sum')} ${score.score}  ${score.grade}${score.fatal ? `  ${say('col_fatal')}` : ''}`))
  return lines.join('\n')
}

export function titlesOf({ rules }: Rubric): ReadonlyMap<string, string> {
  return new Map(rules.clauses.map(({ id, title }) => [id, title]))
}

function signed(points: number): string {
  return points > 0 ? `+${points.toFixed(2)}` : points.toFixed(2)
}

type Paint = Record<ClauseResult['outcome'], (text: string) => string>

/** Spans of a turn, the violated ones on top; where there is no colour, brackets show them. */
function markEvidence(text: string, turn: number, clauses: readonly ClauseResult[], paint: Paint, hasColour: boolean): string {
  const outcomes = new Array<ClauseResult['outcome'] | undefined>(text.length)
  for (const { outcome, evidence } of [...clauses].sort((a) => (a.outcome === 'violated' ? 1 : -1))) {
    for (const item of evidence) {
      if (item.turn === turn && item.kind !== 'due') outcomes.fill(outcome, item.start, item.end)
    }
  }
  let marked = ''
  for (let from = 0; from < text.length; ) {
    let to = from
    while (to < text.length && outcomes[to] === outcomes[from]) to++
    const part = text.slice(from, to)
    const outcome = outcomes[from]
    marked += outcome === undefined ? part : hasColour ? paint[outcome](part) : `【${part}】`
    from = to
  }
  return marked
}
