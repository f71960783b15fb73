import type { DeadLetterReason, Message } from '@yuzhi/kafka'
import type { RubricRecord } from '@yuzhi/store'
import { z } from 'zod'

const Rubric = z.object({
  hash: z.string().min(1),
  id: z.string(),
  version: z.string(),
  title: z.string(),
  clauses: z.array(z.object({ id: z.string(), title: z.string(), veto: z.boolean() })),
  body: z.string(),
})

/** A rubric as the scorer announces it, or why it is none. */
export function readRubric(value: Buffer | null): RubricRecord | DeadLetterReason {
  try {
    const parsed = Rubric.safeParse(JSON.parse(String(value)))
    if (parsed.success) return parsed.data
    const [{ path, message }] = parsed.error.issues
    return { code: 'no_rubric', path: path.join('.'), message }
  } catch (error) {
    return { code: 'no_rubric', path: '', message: (error as Error).message }
  }
}

const Judged = z.object({ rubric: z.object({ hash: z.string().min(1) }) })

/** Hash of the rubric that judged: from the header, so that the value need not be read; else from the value. */
export function rubricOf({ headers, value }: Message): string | undefined {
  if ('rubric' in headers) return headers.rubric
  try {
    return Judged.parse(JSON.parse(String(value))).rubric.hash
  } catch {
    return undefined
  }
}
