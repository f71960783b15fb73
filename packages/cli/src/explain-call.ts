import type { Call, ClauseResult, Score } from '@yuzhi/schemas'
import { reckonBehind, type Scoring } from '@yuzhi/rules'
import pc from 'picocolors'
import type { Context } from './context.js'
import { renderTable } from './table.js'

/** A call as text: every turn with its evidence marked in place and the points beside it, then the sum. `scoring`: of the rubric that judged it. */
export function explainCall(call: Call, score: Score, scoring: Scoring, { say, hasColour, width }: Context): string {
  const colours = pc.createColors(hasColour)
  const paint = { met: colours.green, violated: colours.red, not_applicable: colours.dim }
  const titles = new Map(scoring.clauses.map(({ id, title }) => [id, title]))
  const { worth, uncut } = reckonBehind(scoring, score.clauses.map(({ outcome, times = 1 }) => ({ outcome, times })))
  const lines = [colours.bold(`${call.call_id}  ${call.started_at}  ${call.agent?.name ?? call.agent?.id ?? ''}`), '']
  for (const [turn, { role, text, start_ms: start }] of call.turns.entries()) {
    const touching = score.clauses.filter(({ outcome, evidence }) => outcome !== 'not_applicable' && evidence.some((item) => item.turn === turn))
    const time = start === undefined ? '' : colours.dim(` ${(start / 1000).toFixed(1)}s`)
    lines.push(`${String(turn + 1).padStart(3)} ${say(role)}${time}  ${markEvidence(text, turn, touching, paint, hasColour)}`)
    for (const clause of touching.filter(({ evidence }) => evidence.find((item) => item.kind !== 'situation')?.turn === turn)) {
      const { id, outcome, points } = clause
      lines.push(paint[outcome](`      ${outcome === 'met' ? '✓' : '✗'} ${signed(points).padStart(6)}  ${titles.get(id) ?? id}  (${id})`))
    }
  }
  const rows = score.clauses.map(({ id, outcome, points, reason }, i) => [
    id, say(outcome), signed(points), outcome === 'not_applicable' ? '' : worth[i].toFixed(2), uncut[i] === points ? reason : `${reason}${say('cut', { uncut: signed(uncut[i]) })}`,
  ])
  lines.push('', renderTable([say('col_clause'), say('col_verdict'), say('points'), say('col_worth'), say('col_reason')], rows, width))
  if (score.base > 0) lines.push(`${say('base')} ${score.base}`)
  const vetoes = scoring.clauses.filter(({ ceiling }, i) => ceiling !== null && score.clauses[i].outcome === 'violated')
  if (vetoes.length > 0) lines.push(colours.red(`${say('col_fatal')}${say('colon')}${vetoes.map(({ id, title, ceiling }) => say('veto', { title, id, ceiling: ceiling ?? 0 })).join('、')}`))
  lines.push(colours.bold(`${say('sum')} ${score.score}  ${score.grade}${score.fatal ? `  ${say('col_fatal')}` : ''}`))
  return lines.join('\n')
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
