import { type Executor } from './executor.js'
import { StoreError } from './store-error.js'
import { tidyEvent } from './tidy-event.js'

/** An event that the engine will not take, and why. */
export interface RefusedEvent {
  index: number
  error: StoreError
}

const NEWLINE = Buffer.from('\n')
/** ClickHouse's INCORRECT_DATA and NOT_FOUND_COLUMN_IN_BLOCK: among others a field that no column has. */
const UNKNOWN_FIELD = new Set([117, 10])

/** Fields that no column has are an error, so that none is lost unseen. */
export const EVENT_SETTINGS = {
  date_time_input_format: 'best_effort',
  input_format_skip_unknown_fields: 0,
  input_format_json_ignore_unknown_keys_in_named_tuple: 0,
  input_format_json_read_objects_as_strings: 1,
  input_format_json_read_arrays_as_strings: 1,
  // Sessions work side by side; dividing one insert among threads costs more than it brings.
  input_format_parallel_parsing: 0,
  // Merges make the index of words; until then a part is searched through.
  exclude_materialize_skip_indexes_on_insert: 'by_words',
} as const

/** For sessions that do nothing but take events. */
export const EVENT_SESSION_SETTINGS = { ...EVENT_SETTINGS, max_threads: 1 } as const

/**
 * Stores events (ScoredEvent, one JSON object each); returns once every table has acknowledged them.
 * What the engine refuses is halved until the bad event stands alone: those come back, the rest is
 * stored. Failures that are not the data's throw a StoreError.
 */
export async function writeEvents(executor: Executor, database: string, events: readonly Uint8Array[]): Promise<RefusedEvent[]> {
  const write = async (from: number, to: number): Promise<RefusedEvent[]> => {
    if (from === to) return []
    try {
      await insert(executor, database, events.slice(from, to))
      return []
    } catch (error) {
      if (!(error instanceof StoreError) || !isOfTheData(error)) throw error
      if (to - from === 1) return [{ index: from, error }]
      const middle = (from + to) >> 1
      return [...(await write(from, middle)), ...(await write(middle, to))]
    }
  }
  return write(0, events.length)
}

/** What the engine numbers and what neither passes nor concerns the server itself can only lie in the events. */
function isOfTheData({ code, engineNumber, canRetry }: StoreError): boolean {
  return code === 'bad_rows' || (code === 'failed' && engineNumber !== undefined && !canRetry)
}

async function insert(executor: Executor, database: string, events: readonly Uint8Array[]): Promise<void> {
  const send = (lines: readonly Uint8Array[]): Promise<void> =>
    executor.insert(`${database}.incoming_events`, Buffer.concat(lines.flatMap((line) => [line, NEWLINE])), 'JSONEachRow', `of ${events.length} events`)
  try {
    await send(events)
  } catch (error) {
    if (!(error instanceof StoreError) || error.engineNumber === undefined || !UNKNOWN_FIELD.has(error.engineNumber)) throw error
    const tidied = events.map(tidyEvent)
    if (tidied.every((event, i) => event === events[i])) throw error
    await send(tidied)
  }
}
