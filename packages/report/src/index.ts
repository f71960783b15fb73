export { renderHtml } from './render-html.js'
export { renderMarkdown } from './render-markdown.js'
export { readReport, type ReportData } from './report-data.js'
