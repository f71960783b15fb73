import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { answersOf, readQuestions, withAnswers } from './answer-questions.js'
import { fillDemoStore } from './demo-store.js'
import { ROOT } from './paths.js'

process.env.UV_THREADPOOL_SIZE ??= '16'

/** `npm run docs`: writes the answers of today's rules into docs/sql.md. */
const file = `${ROOT}docs/sql.md`
const dir = mkdtempSync(path.join(tmpdir(), 'yuzhi-docs-'))
try {
  await fillDemoStore(dir)
  const markdown = readFileSync(file, 'utf8')
  const questions = readQuestions(markdown)
  writeFileSync(file, withAnswers(markdown, await answersOf(dir, questions.map(({ sql }) => sql))))
  process.stdout.write(`${questions.length} questions answered in docs/sql.md\n`)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
