import { lossOf, type ReportData } from './report-data.js'

/** The report as Markdown, for chats and tickets. */
export function renderMarkdown({ from, day, calls, averageScore, fatalCalls, reviewed, grades, trend, standards, clauses, teams, worst }: ReportData): string {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => escapeCell(String(cell))).join(' | ')} |`).join('\n')
  return `# 服务质量报告 ${from === day ? day : `${from} 至 ${day}`}

${calls} 通，平均 ${averageScore.toFixed(1)} 分，一票否决 ${fatalCalls} 通，已复核 ${reviewed} 通。${grades.map(({ grade, calls: n }) => `${grade} ${n}`).join('，')}。

## 规范

${table(['规范', '通话', '平均分', '一票否决'], standards.map(({ title, calls: n, average, fatal }) => [title, n, average, fatal]))}

## 违反最多的条款

${table(['条款', '违反', '适用', '占比'], clauses.map(({ title, standard, violations, applicable, rate }) => [standard === '' ? title : `${title}（${standard}）`, violations, applicable, `${Math.round(rate * 100)}%`]))}

## 班组

${table(['班组', '通话', '坐席', '平均分', '一票否决'], teams.map(({ team, calls: n, agents, average, fatal }) => [team, n, agents, average, fatal]))}

## 走势

${table(['日期', '通话', '平均分'], trend.map((row) => [row.label, row.calls, row.average]))}

## 得分最低的通话

${worst.map(({ call_id: id, score, grade, agent, standard, findings }) => `### ${id}：${score.toFixed(2)} ${grade}，${agent}，${standard}\n\n${findings.map(({ title, points, reason }) => `- ${lossOf(points)} ${title}：${reason}`).join('\n')}`).join('\n\n')}
`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
