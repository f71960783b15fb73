import { type Call, parseCall, type Rejected, type Score, textIn } from '@yuzhi/schemas'
import type { Rubric, Shelf } from '@yuzhi/rules'
import type { Lang, Say } from './messages.js'
import { MAX_LINE_BYTES, readLines } from './read-lines.js'
import { type SeenIds } from './seen-ids.js'

export type LineResult =
  | { ok: true; call: Call; score: Score; rubric: Rubric; read: number }
  | { ok: false; line: number; rejected: Rejected[]; read: number }

/** Scores the calls of a file line by line; a line that cannot be scored is a value, and the rest goes on. */
export async function* scoreLines(file: string, shelf: Shelf, standard: string | undefined, seen: SeenIds, say: Say): AsyncGenerator<LineResult> {
  for await (const { number, bytes, read } of readLines(file)) {
    const fail = (rejected: Rejected[]): LineResult => ({ ok: false, line: number, rejected, read })
    if (bytes === undefined) {
      yield fail([{ code: 'too_large', path: '', ...said(say('too_large', { limit: MAX_LINE_BYTES / 1024 / 1024 })) }])
      continue
    }
    const parsed = parseCall(bytes)
    if (!parsed.ok) yield fail(parsed.rejected)
    else if (seen.has(parsed.call.call_id)) yield fail([{ code: 'duplicate_call_id', path: 'call_id', ...said(say('duplicate', { call: parsed.call.call_id })) }])
    else yield scoreOne(parsed.call, shelf, standard, say, read, fail)
  }
}

function scoreOne(call: Call, shelf: Shelf, standard: string | undefined, say: Say, read: number, fail: (rejected: Rejected[]) => LineResult): LineResult {
  const rubric = shelf.pick(call, standard)
  if (rubric === undefined) {
    const asked = standard ?? call.standard
    const isUnknown = asked !== undefined && !shelf.standards.includes(asked)
    return fail([{ code: 'unknown_standard', path: 'standard', ...said(isUnknown ? say('unknown_standard', { asked, known: shelf.standards.join(', ') }) : say('no_rubric')) }])
  }
  return { ok: true, call, score: rubric.score(call), rubric, read }
}

/** What is said already in the language of the person. */
function said(text: string): Pick<Rejected, 'message' | 'zh'> {
  return { message: text, zh: text }
}

/** `file:line: field: message`, one for each fault. */
export function formatRejected(file: string, line: number, rejected: readonly Rejected[], lang: Lang): string {
  return rejected.map(({ path, code, ...text }) => `${file}:${line}: ${path === '' ? code : path}: ${textIn(text, lang)}`).join('\n')
}
