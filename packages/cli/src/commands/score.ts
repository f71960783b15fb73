import { statSync } from 'node:fs'
import { openStore, type ScoredCall, type Store } from '@yuzhi/store'
import type { Score } from '@yuzhi/schemas'
import { type Rubric, rubricRecord } from '@yuzhi/rules'
import { type Context, placeOf } from '../context.js'
import { openShelf } from '../open-shelf.js'
import { progressBar } from '../progress.js'
import { formatRejected, scoreLines } from '../score-lines.js'
import { SeenIds } from '../seen-ids.js'
import { renderTable } from '../table.js'

export interface ScoreOptions {
  standard?: string
  format: 'jsonl' | 'table'
  into?: string
}

/** Calls stored together: large enough for ClickHouse, small enough to lose little time on a failure. */
const BATCH_CALLS = 500
/** Output is handed over in pieces, not line by line. */
const FLUSH_CHARACTERS = 64 * 1024

/** Scores files; the exit code is 1 where a line could not be scored. */
export async function scoreCommand(context: Context, files: readonly string[], options: ScoreOptions): Promise<number> {
  const { say, lang, log } = context
  const shelf = openShelf(context, options.standard)
  const store = options.into === undefined ? undefined : await openStore(await placeOf(context, options.into), context.store)
  const writer = new Writer(store)
  const output = new Output(options.format, context)
  const seen = new SeenIds()
  const registered = new Set<Rubric>()
  const started = performance.now()
  let scored = 0
  let rejected = 0
  for (const file of files) {
    const bar = progressBar(context, sizeOf(file), file)
    let batch: ScoredCall[] = []
    for await (const result of scoreLines(file, shelf, options.standard, seen, say)) {
      if (!result.ok) {
        rejected++
        log(formatRejected(file, result.line, result.rejected, lang))
      } else {
        scored++
        if (store !== undefined && !registered.has(result.rubric)) {
          registered.add(result.rubric)
          await store.register(rubricRecord(result.rubric), context.now())
        }
        batch.push({ ...result, source: file })
        await output.add(result.score, result.rubric)
        if (batch.length >= BATCH_CALLS) {
          await writer.write(batch, context.now())
          batch = []
        }
      }
      bar.update(result.read)
    }
    await writer.write(batch, context.now())
    bar.stop()
  }
  await writer.end()
  await output.end()
  await store?.close()
  log(say('scored', { scored, rejected, seconds: ((performance.now() - started) / 1000).toFixed(1) }))
  if (options.into !== undefined) log(say('stored', { dir: options.into }))
  return rejected > 0 ? 1 : 0
}

/** Stores batches one after the other while the next calls are judged. */
class Writer {
  private last: Promise<void> = Promise.resolve()

  constructor(private readonly store: Store | undefined) {}

  /** Returns once the batch before this one is stored; throws where that failed. */
  async write(batch: readonly ScoredCall[], at: string): Promise<void> {
    await this.last
    this.last = this.store?.write(batch, at) ?? Promise.resolve()
    // Whoever waits next hears of a failure; until then it is not lost.
    this.last.catch(() => undefined)
  }

  async end(): Promise<void> {
    await this.last
  }
}

function sizeOf(file: string): number {
  return file === '-' ? 0 : statSync(file).size
}

/** Rows of a table are shown in blocks, each aligned in itself, so that long inputs need little memory. */
const TABLE_BLOCK = 200

class Output {
  private lines: string[] = []
  private length = 0
  private rows: string[][] = []

  constructor(
    private readonly format: 'jsonl' | 'table',
    private readonly context: Context,
  ) {}

  async add(score: Score, rubric: Rubric): Promise<void> {
    if (this.format === 'table') {
      this.rows.push(scoreRow(score, rubric))
      if (this.rows.length >= TABLE_BLOCK) await this.printRows()
      return
    }
    const line = JSON.stringify(score)
    this.lines.push(line)
    this.length += line.length
    if (this.length >= FLUSH_CHARACTERS) await this.printLines()
  }

  async end(): Promise<void> {
    if (this.format === 'table') await this.printRows()
    else await this.printLines()
  }

  private async printLines(): Promise<void> {
    if (this.lines.length > 0) await this.context.print(`${this.lines.join('\n')}\n`)
    this.lines = []
    this.length = 0
  }

  private async printRows(): Promise<void> {
    const { say, print, width } = this.context
    if (this.rows.length > 0) await print(`${renderTable([say('col_call'), say('col_score'), say('col_grade'), say('col_fatal'), say('col_violated')], this.rows, width)}\n`)
    this.rows = []
  }
}

function scoreRow({ call_id: id, score, grade, fatal, clauses }: Score, { rules }: Rubric): string[] {
  const titles = new Map(rules.clauses.map((clause) => [clause.id, clause.title]))
  const violated = clauses.filter(({ outcome }) => outcome === 'violated').map((clause) => titles.get(clause.id) ?? clause.id)
  return [id, score.toFixed(2), grade, fatal ? '✗' : '', violated.join('、')]
}
