import { type Call, Call as CallSchema, type Score } from '@yuzhi/schemas'

/** A call that was judged, and where it came from. */
export interface ScoredCall {
  call: Call
  score: Score
  /** `topic/partition/offset` or the name of a file. */
  source?: string
  /** Of the input in its source: where a call came twice, the higher stands. */
  position?: number
}

/** Columns of `transcripts` that `callOf` reads. */
export const TRANSCRIPT_COLUMNS = 'rest, said.role AS roles, said.text AS texts, said.start_ms AS starts, said.end_ms AS ends, said.rest AS rests'

export interface TranscriptRow {
  rest: string
  roles: string[]
  texts: string[]
  starts: (number | null)[]
  ends: (number | null)[]
  rests: string[]
}

/** The call that was stored. */
export function callOf({ rest, roles, texts, starts, ends, rests }: TranscriptRow): Call {
  const turns = roles.map((role, i) => ({
    role,
    text: texts[i],
    ...(starts[i] === null ? {} : { start_ms: starts[i] }),
    ...(ends[i] === null ? {} : { end_ms: ends[i] }),
    ...(rests[i] === '' ? {} : (JSON.parse(rests[i]) as object)),
  }))
  return CallSchema.parse({ ...(JSON.parse(rest) as object), turns })
}
