import { Call, FaultError, type Role, wordingOf } from '@yuzhi/schemas'

const SPEAKERS: Readonly<Record<string, Role>> = { 客服: 'agent', 坐席: 'agent', 客户: 'customer', 系统: 'system' }
const LINE = /^(客服|坐席|客户|系统)(?:\[(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\])?[:：]\s*(.*)$/u
const STARTED_AT = '2026-03-12T10:00:00+08:00'

export class DialogueError extends FaultError {
  constructor(message: string, zh: string) {
    super({ message, zh })
  }
}

/** Is this text a dialogue (its first line names a speaker)? */
export function isDialogue(text: string): boolean {
  return LINE.test(text.trim().split('\n')[0])
}

/** Lines `客服: …`, `客户[3-5.5]: …` (seconds) as a call; `fields` are the call's other fields. Throws DialogueError. */
export function parseDialogue(text: string, fields: Readonly<Record<string, unknown>> = {}): Call {
  const turns = text
    .trim()
    .split('\n')
    .map((line) => {
      const match = LINE.exec(line.trim())
      if (match === null) throw new DialogueError(`a line of a dialogue starts with 客服:, 客户: or 系统:, not "${line.trim()}"`, `对话的每一行以 客服:、客户: 或 系统: 开头，而不是 “${line.trim()}”`)
      const [, speaker, start, end, words] = match as unknown as [string, string, string | undefined, string | undefined, string]
      const times = start === undefined ? {} : { start_ms: Math.round(Number(start) * 1000), end_ms: Math.round(Number(end) * 1000) }
      return { role: SPEAKERS[speaker], text: words, ...times }
    })
  const parsed = Call.safeParse({ call_id: 'test', started_at: STARTED_AT, ...fields, turns }, { reportInput: true })
  if (!parsed.success) {
    const texts = parsed.error.issues.map((issue) => ({ at: issue.path.join('.'), ...wordingOf(issue) }))
    throw new DialogueError(texts.map(({ at, message }) => `${at}: ${message}`).join('; '), texts.map(({ at, zh }) => `${at}：${zh}`).join('；'))
  }
  return parsed.data
}

/** One utterance as a call of its own. */
export function singleUtterance(text: string, role: Role | 'any'): Call {
  return Call.parse({ call_id: 'test', started_at: STARTED_AT, turns: [{ role: role === 'any' ? 'agent' : role, text }] })
}
