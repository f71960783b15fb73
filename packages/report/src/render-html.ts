import { averagesChart, clauseChart, distributionChart, trendChart } from './charts.js'
import { lossOf, type ReportData, type WorstCall } from './report-data.js'

const STYLE = `
:root { color-scheme: light; --ink: #1f2937; --quiet: #6b7280; --line: #e5e7eb; --red: #dc2626; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f4f6; color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 0 0 8px; } h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
p { margin: 0; } .quiet { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; margin: 16px 0; }
.figures div, section, article { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.figures b { display: block; font-size: 24px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 12px; }
svg { display: block; width: 100%; height: auto; }
.worst { margin-top: 12px; background: none; border: 0; padding: 0; } .worst article { margin-top: 12px; }
.head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.score { font-weight: 700; font-variant-numeric: tabular-nums; } .fatal { color: #fff; background: var(--red); border-radius: 4px; padding: 0 6px; font-size: 13px; }
ul { list-style: none; margin: 8px 0 0; padding: 0; } li { border-top: 1px solid var(--line); padding: 6px 0; overflow-wrap: anywhere; }
li b { color: var(--red); font-variant-numeric: tabular-nums; margin-right: 8px; } q { quotes: "“" "”"; background: #fee2e2; border-radius: 3px; padding: 0 3px; }
@media print { body { background: #fff; } section, article { break-inside: avoid; } }
`

/** The report as one page that needs nothing else: styles and charts are in it. */
export function renderHtml(data: ReportData): string {
  const { from, day, calls, averageScore, fatalCalls, reviewed, grades, standards, worst } = data
  const period = from === day ? day : `${from} 至 ${day}`
  const figures = [['通话', String(calls)], ['平均分', averageScore.toFixed(1)], ['一票否决', String(fatalCalls)], ['已复核', String(reviewed)], ...grades.map(({ grade, calls: n }) => [grade, String(n)])]
  const charts = [
    ['得分分布', distributionChart(data)],
    ['走势', trendChart(data)],
    ['违反最多的条款（占适用通话）', clauseChart(data)],
    ['班组平均分', averagesChart(data.teams.map(({ team, ...row }) => ({ ...row, name: team })))],
    ...(standards.length > 1 ? [['各规范平均分', averagesChart(standards.map(({ title, ...row }) => ({ ...row, name: title })))]] : []),
  ]
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>服务质量报告 ${period}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>服务质量报告</h1>
<p class="quiet">${escapeHtml(standards.map(({ title }) => title).join('、'))}，${period}（北京时间），复核结果已计入</p>
<div class="figures">${figures.map(([name, value]) => `<div><b>${escapeHtml(value)}</b><span class="quiet">${escapeHtml(name)}</span></div>`).join('')}</div>
<div class="charts">${charts.map(([title, svg]) => `<section><h2>${title}</h2>${svg}</section>`).join('\n')}</div>
<section class="worst"><h2>得分最低的通话</h2>${worst.map(renderCall).join('\n')}</section>
</main>
</body>
</html>
`
}

function renderCall({ call_id: id, score, grade, fatal, agent, team, started, standard, findings }: WorstCall): string {
  const items = findings.map(({ title, points, reason, words }) => `<li><b>${lossOf(points)}</b>${escapeHtml(title)} <q>${escapeHtml(shorten(words))}</q><br><span class="quiet">${escapeHtml(reason)}</span></li>`)
  return `<article><div class="head"><h3>${escapeHtml(id)}</h3><span class="score">${score.toFixed(2)} ${escapeHtml(grade)}</span>${fatal ? '<span class="fatal">一票否决</span>' : ''}<span class="quiet">${escapeHtml([agent, team, started, standard].filter((part) => part !== '').join(' · '))}</span></div><ul>${items.join('')}</ul></article>`
}

/** A turn where something was due is quoted whole; its beginning tells which it is. */
const MAX_WORDS = 48

function shorten(words: string): string {
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/gu, (character) => entities[character])
}
