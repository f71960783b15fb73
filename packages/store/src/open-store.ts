import type { Call, Score } from '@yuzhi/schemas'
import { openChdb } from './chdb-executor.js'
import { type Executor } from './executor.js'
import { scoreRow, transcriptRow } from './store-rows.js'
import { DATABASE, DDL } from './tables.js'

export interface ScoredCall {
  call: Call
  score: Score
}

export interface Store {
  executor: Executor
  /** Returns once both tables have acknowledged the batch; storing a call again replaces it. */
  write: (batch: readonly ScoredCall[]) => Promise<void>
  close: () => Promise<void>
}

const READ_DATES = { date_time_input_format: 'best_effort' }

/** The embedded store of a folder, its tables made where they are missing. */
export async function openStore(folder: string): Promise<Store> {
  const executor = await openChdb(folder, { settings: Object.entries(READ_DATES) })
  for (const statement of DDL) await executor.command(statement)
  return {
    executor,
    async write(batch) {
      if (batch.length === 0) return
      const token = `${batch[0].call.call_id} and ${batch.length - 1} more`
      // The transcript goes first: a score is never there without its words.
      await executor.insert(`${DATABASE}.transcripts`, toBytes(batch.map(({ call }) => transcriptRow(call))), 'JSONEachRow', token)
      await executor.insert(`${DATABASE}.scored_calls`, toBytes(batch.map(({ call, score }) => scoreRow(call, score))), 'JSONEachRow', token)
    },
    close: executor.close,
  }
}

function toBytes(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join('\n'))
}
