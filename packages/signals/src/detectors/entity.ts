import { z } from 'zod'
import { traceOf, type Utterance } from '../analysed-call.js'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'
import { soughtIn } from '../text-trace.js'

const Type = z.enum(['amount', 'date', 'time', 'duration', 'number', 'phone', 'name'])
const After = z.strictObject({ words: z.array(z.string().min(1)).min(1), within: z.int().nonnegative().default(3).describe('So many characters may stand between') })
const Spec = z.union([
  Type.transform((type) => ({ types: [type], min_digits: 0, after: undefined })),
  z.strictObject({
    types: z.array(Type).min(1),
    min_digits: z.int().nonnegative().default(0).describe('phone: shorter rows of digits do not count'),
    after: After.optional().describe('Only values named by one of these words right before them: 收您一百'),
  }),
])

/** Amounts, dates, times of day, durations, numbers, phone numbers, names. */
export const entity: Detector<z.infer<typeof Spec>> = {
  key: 'entity',
  spec: Spec,
  combines: false,
  compile({ types, min_digits: minDigits, after }, { role, fault }) {
    if (minDigits > 0 && !types.includes('phone')) fault(['min_digits'], { message: 'only a phone has digits to count: a row of them is `phone`', zh: '只有 phone（一串号码）才数位数' })
    const isNamed = after === undefined ? (): boolean => true : namedBy(after)
    const names = after === undefined ? undefined : soughtIn(after.words)
    const mayName = ({ text }: Utterance): boolean => after === undefined || after.words.some((word) => text.includes(word))
    return (call) => {
      const found: Occurrence[] = []
      if (names !== undefined && !traceOf(call, role).mayHold(names)) return found
      for (const utterance of call.utterances) {
        if ((role !== 'any' && role !== utterance.role) || !mayName(utterance)) continue
        const { index, text } = utterance
        for (const { from, to, value } of utterance.entities(types)) {
          if ((value.type === 'phone' && value.digits.length < minDigits) || !isNamed(text, from)) continue
          found.push({ utterance: index, from, to, how: 'entity', marks: 0, confidence: 1, detail: text.slice(from, to), value })
        }
      }
      return found
    }
  },
}

const NUMERAL = /[\d零一二两三四五六七八九十百千万]/u

/** Whether one of the words ends at most `within` characters before a place, with no other number between. */
function namedBy({ words, within }: z.infer<typeof After>): (text: string, from: number) => boolean {
  return (text, from) =>
    words.some((word) => {
      const before = text.slice(Math.max(0, from - within - word.length), from)
      const start = before.lastIndexOf(word)
      return start >= 0 && !NUMERAL.test(before.slice(start + word.length))
    })
}
