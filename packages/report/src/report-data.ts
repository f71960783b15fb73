import { type Executor, queryRows } from '@yuzhi/store'

/** What a report shows of a day, or of the days that end with it, and the weeks before. Rates are 0–1, scores 0–100. */
export interface ReportData {
  /** First and last day. */
  from: string
  day: string
  calls: number
  averageScore: number
  fatalCalls: number
  reviewed: number
  /** Calls by band of five points: `from` is its lower end. */
  distribution: { from: number; calls: number }[]
  grades: { grade: string; calls: number }[]
  trend: { label: string; calls: number; average: number }[]
  /** Each standard by which calls of these days were judged. */
  standards: { standard: string; title: string; calls: number; average: number; fatal: number }[]
  /** `standard` is its title where calls of several are in the report, else empty. */
  clauses: { clause: string; title: string; standard: string; violations: number; applicable: number; rate: number }[]
  teams: { team: string; calls: number; agents: number; average: number; fatal: number }[]
  worst: WorstCall[]
}

export interface WorstCall {
  call_id: string
  score: number
  grade: string
  fatal: boolean
  agent: string
  team: string
  started: string
  /** Title of the standard. */
  standard: string
  findings: { title: string; points: number; reason: string; words: string }[]
}

/** What a violation cost: points taken, or points that were not earned. */
export function lossOf(points: number): string {
  return points < 0 ? points.toFixed(2) : '未得分'
}

const WORST = 5
const TREND_DAYS = 28
/** Longer trends are drawn by month. */
const MAX_DAILY = 92
const DAY_MS = 86_400_000

/** Which calls a report is about. */
export interface ReportScope {
  /** Last day, `YYYY-MM-DD`; absent: the last day with calls. */
  day?: string
  /** How many days end with it; one unless told otherwise. */
  days?: number
  /** Id of a standard; absent: calls of every standard. */
  standard?: string
}

/** Calls of the standard that was asked for, or of all. */
const OF_STANDARD = "({standard:String} = '' OR standard = {standard:String})"
const WITHIN = `day BETWEEN {from:Date} AND {day:Date} AND ${OF_STANDARD}`

/** Reads what a report needs. Undefined where there are no such calls. */
export async function readReport(executor: Executor, database: string, { day, days = 1, standard = '' }: ReportScope = {}): Promise<ReportData | undefined> {
  const [last] = await queryRows<{ last: string; n: number }>(executor, `SELECT toString(max(day)) AS last, toUInt32(count()) AS n FROM ${database}.scored_calls WHERE ${OF_STANDARD}`, { standard })
  const asked = day ?? last.last
  const daysBefore = (n: number): string => new Date(Date.parse(asked) - (n - 1) * DAY_MS).toISOString().slice(0, 10)
  const from = daysBefore(days)
  const rows: Rows = <Row>(sql: string) => queryRows<Row>(executor, sql.replaceAll('{db}', database), { day: asked, from, standard })
  const [total] = await rows<{ calls: number; average: number | null; fatal: number; reviewed: number }>(
    `SELECT toUInt32(count()) AS calls, round(avg(score), 1) AS average, toUInt32(countIf(fatal)) AS fatal, toUInt32(countIf(reviews > 0)) AS reviewed FROM {db}.calls WHERE ${WITHIN}`,
  )
  if (last.n === 0 || total.calls === 0) return undefined
  const named = await readTitles(rows)
  const standards = (await rows<{ standard: string; calls: number; average: number; fatal: number }>(
    `SELECT standard, toUInt32(count()) AS calls, round(avg(score), 1) AS average, toUInt32(countIf(fatal)) AS fatal FROM {db}.calls WHERE ${WITHIN} GROUP BY standard ORDER BY average, standard`,
  )).map((row) => ({ ...row, title: named.standards.get(row.standard) ?? row.standard }))
  const clauses = await rows<{ clause: string; of: string; violations: number; applicable: number; rate: number }>(
    `SELECT clause_id AS clause, standard AS of, toUInt32(sum(c.violations)) AS violations, toUInt32(sum(c.applicable)) AS applicable, violations / applicable AS rate FROM {db}.clause_days AS c
     WHERE ${WITHIN} GROUP BY clause, of HAVING violations > 0 ORDER BY violations DESC, clause, of LIMIT 15`,
  )
  const isMonthly = days > MAX_DAILY
  return {
    from,
    day: asked,
    calls: total.calls,
    averageScore: total.average ?? 0,
    fatalCalls: total.fatal,
    reviewed: total.reviewed,
    distribution: await rows(`SELECT toUInt32(least(95, intDiv(toUInt32(floor(score)), 5) * 5)) AS from, toUInt32(count()) AS calls FROM {db}.calls WHERE ${WITHIN} GROUP BY from ORDER BY from`),
    grades: await rows(`SELECT grade, toUInt32(count()) AS calls FROM {db}.calls WHERE ${WITHIN} GROUP BY grade ORDER BY avg(score) DESC`),
    trend: await rows(
      `SELECT formatDateTime(day, '${isMonthly ? '%Y-%m' : '%m-%d'}') AS label, toUInt32(count()) AS calls, round(avg(score), 1) AS average FROM {db}.calls
       WHERE day BETWEEN toDate('${daysBefore(Math.max(days, TREND_DAYS))}') AND {day:Date} AND ${OF_STANDARD} GROUP BY label ORDER BY min(day)`,
    ),
    standards,
    clauses: clauses.map(({ of, ...row }) => ({ ...row, title: named.clauses.get(row.clause) ?? row.clause, standard: standards.length > 1 ? (named.standards.get(of) ?? of) : '' })),
    teams: await rows(
      `SELECT if(agent_team = '', '–', agent_team) AS team, toUInt32(count()) AS calls, toUInt32(uniqExact(agent_id)) AS agents, round(avg(score), 1) AS average, toUInt32(countIf(fatal)) AS fatal
       FROM {db}.calls WHERE ${WITHIN} GROUP BY team ORDER BY average, team`,
    ),
    worst: await readWorst(rows, named),
  }
}

type Rows = <Row>(sql: string) => Promise<Row[]>

/** What standards and clauses are called, by their ids; the latest rubric in force of a standard names it, what its title explains in brackets left out. */
interface Titles {
  standards: ReadonlyMap<string, string>
  clauses: ReadonlyMap<string, string>
}

/** Drafts are registered too, when calls are judged again under them. */
const IN_FORCE = 'WHERE rubric_hash IN (SELECT rubric_hash FROM {db}.publications)'

async function readTitles(rows: Rows): Promise<Titles> {
  const read = async (sql: string): Promise<ReadonlyMap<string, string>> => new Map((await rows<{ id: string; title: string }>(sql)).map(({ id, title }) => [id, title]))
  return {
    standards: await read(`SELECT rubric_id AS id, replaceRegexpOne(argMax(r.title, registered_at), '（[^）]*）$', '') AS title FROM {db}.rubrics AS r ${IN_FORCE} GROUP BY id`),
    clauses: await read(`SELECT c.1 AS id, argMax(c.2, registered_at) AS title FROM {db}.rubrics ARRAY JOIN clauses AS c ${IN_FORCE} GROUP BY id`),
  }
}

async function readWorst(rows: Rows, titles: Titles): Promise<WorstCall[]> {
  const worst = `FROM {db}.calls WHERE ${WITHIN} AND notEmpty(violated) ORDER BY fatal DESC, score, call_id LIMIT ${WORST}`
  const calls = await rows<Omit<WorstCall, 'findings'>>(
    `SELECT call_id, toFloat64(score) AS score, grade, fatal, if(agent_name = '', agent_id, agent_name) AS agent, agent_team AS team, standard,
            formatDateTime(started_at, '%m-%d %R', 'Asia/Shanghai') AS started
     ${worst}`,
  )
  const findings = await rows<{ call_id: string; clause_id: string; points: number; reason: string; words: string }>(
    `SELECT call_id, clause_id, toFloat64(points) AS points, reason, JSONExtractString(evidence, 1, 'text') AS words FROM {db}.findings
     WHERE ${WITHIN} AND outcome = 'violated' AND call_id IN (SELECT call_id ${worst})
     ORDER BY points, clause_id`,
  )
  return calls.map((call) => ({
    ...call,
    standard: titles.standards.get(call.standard) ?? call.standard,
    findings: findings.filter(({ call_id: id }) => id === call.call_id).map(({ clause_id: id, points, reason, words }) => ({ title: titles.clauses.get(id) ?? id, points, reason, words })),
  }))
}
