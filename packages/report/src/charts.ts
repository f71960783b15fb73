import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts'
import { GridComponent, type GridComponentOption, LegendComponent, type LegendComponentOption } from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ReportData } from './report-data.js'

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])

type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption>

/** One width for all: SVG scales with the page. */
const WIDTH = 480
const INK = '#1f2937'
const QUIET = '#6b7280'
const BLUE = '#2563eb'
const RED = '#dc2626'
const BANDS: readonly (readonly [number, string])[] = [[90, '#16a34a'], [75, '#65a30d'], [60, '#d97706'], [0, RED]]

/** Draws a chart as SVG, without a browser. */
function draw(option: ChartOption, height: number): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width: WIDTH, height })
  chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit', color: INK }, grid: { left: 8, right: 16, top: 24, bottom: 8 }, ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

export function distributionChart({ distribution }: ReportData): string {
  const bands = Array.from({ length: 20 }, (_, i) => i * 5)
  const calls = new Map(distribution.map(({ from, calls: n }) => [from, n]))
  return draw({
    xAxis: { type: 'category', data: bands.map(String), axisLabel: { color: QUIET, interval: 3 }, axisTick: { show: false } },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: QUIET }, splitLine: { lineStyle: { color: '#e5e7eb' } } },
    series: [{ type: 'bar', barCategoryGap: '12%', data: bands.map((from) => ({ value: calls.get(from) ?? 0, itemStyle: { color: BANDS.find(([lowest]) => from >= lowest)?.[1] ?? RED } })) }],
  }, 240)
}

export function trendChart({ trend }: ReportData): string {
  return draw({
    grid: { left: 8, right: 8, top: 36, bottom: 8 },
    legend: { data: ['平均分', '通话数'], right: 0, top: 0, textStyle: { color: QUIET } },
    xAxis: { type: 'category', data: trend.map(({ label }) => label), axisLabel: { color: QUIET }, axisTick: { show: false } },
    yAxis: [
      { type: 'value', min: 0, max: 100, axisLabel: { color: QUIET }, splitLine: { lineStyle: { color: '#e5e7eb' } } },
      { type: 'value', minInterval: 1, axisLabel: { color: QUIET }, splitLine: { show: false } },
    ],
    series: [
      { name: '平均分', type: 'line', data: trend.map(({ average }) => average), symbolSize: 6, lineStyle: { color: BLUE, width: 2 }, itemStyle: { color: BLUE } },
      { name: '通话数', type: 'bar', yAxisIndex: 1, data: trend.map(({ calls }) => calls), itemStyle: { color: '#cbd5e1' }, barMaxWidth: 24, z: -1 },
    ],
  }, 240)
}

export function clauseChart({ clauses }: ReportData): string {
  const rows = [...clauses].reverse()
  const lines = rows.some(({ standard }) => standard !== '') ? 2 : 1
  return draw({
    grid: { left: 8, right: 64, top: 8, bottom: 8 },
    xAxis: { type: 'value', minInterval: 1, axisLabel: { color: QUIET }, splitLine: { lineStyle: { color: '#e5e7eb' } } },
    yAxis: { type: 'category', data: rows.map(({ title, standard }) => (standard === '' ? title : `${title}\n${standard}`)), axisLabel: { color: INK, width: 190, overflow: 'truncate', lineHeight: 14 }, axisTick: { show: false } },
    series: [{
      type: 'bar', barMaxWidth: 18, itemStyle: { color: RED },
      data: rows.map(({ violations }) => violations),
      label: { show: true, position: 'right', color: QUIET, formatter: ({ dataIndex }: { dataIndex: number }) => `${rows[dataIndex].violations}（${Math.round(rows[dataIndex].rate * 100)}%）` },
    }],
  }, 40 + (12 + 14 * lines) * Math.max(1, rows.length))
}

/** Average scores beside each other, the lowest at the top. */
export function averagesChart(averages: readonly { name: string; calls: number; average: number }[]): string {
  const rows = [...averages].reverse()
  return draw({
    grid: { left: 8, right: 48, top: 8, bottom: 8 },
    xAxis: { type: 'value', min: 0, max: 100, axisLabel: { color: QUIET }, splitLine: { lineStyle: { color: '#e5e7eb' } } },
    yAxis: { type: 'category', data: rows.map(({ name, calls }) => `${name}（${calls} 通）`), axisLabel: { color: INK }, axisTick: { show: false } },
    series: [{ type: 'bar', barMaxWidth: 18, data: rows.map(({ average }) => average), itemStyle: { color: BLUE }, label: { show: true, position: 'right', color: QUIET } }],
  }, 40 + 30 * Math.max(1, rows.length))
}
