import { createReadStream } from 'node:fs'

export interface Line {
  /** From 1. */
  number: number
  /** Without the line end; undefined where the line is longer than the limit. */
  bytes: Buffer | undefined
  /** Bytes read so far, this line included. */
  read: number
}

/** A call of 100,000 turns has 20 MB; whatever is ten times that is no call. */
export const MAX_LINE_BYTES = 256 * 1024 * 1024
const NEWLINE = 0x0a
const CHUNK_BYTES = 1024 * 1024

/** The lines of a file (`-`: standard input) as bytes, one at a time, so that no input is too large. Empty lines are left out. */
export async function* readLines(file: string): AsyncGenerator<Line> {
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES })
  let parts: Buffer[] = []
  let length = 0
  let number = 0
  let read = 0
  const finish = (): Line => {
    const bytes = length > MAX_LINE_BYTES ? undefined : Buffer.concat(parts)
    parts = []
    length = 0
    return { number, bytes, read }
  }
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      length += end - from
      if (length <= MAX_LINE_BYTES) parts.push(chunk.subarray(from, end))
      read += end - from + 1
      from = end + 1
      number++
      const line = finish()
      if (line.bytes === undefined || !isBlank(line.bytes)) yield line
    }
    length += chunk.length - from
    read += chunk.length - from
    if (length <= MAX_LINE_BYTES) parts.push(chunk.subarray(from))
    else parts = []
  }
  if (length > 0) {
    number++
    const line = finish()
    if (line.bytes === undefined || !isBlank(line.bytes)) yield line
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
