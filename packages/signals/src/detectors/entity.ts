import { z } from 'zod'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'

const Type = z.enum(['amount', 'date', 'time', 'duration', 'number', 'phone', 'name'])
const Spec = z.union([
  Type.transform((type) => ({ types: [type], min_digits: 0 })),
  z.strictObject({ types: z.array(Type).min(1), min_digits: z.int().nonnegative().default(0).describe('phone: shorter rows of digits do not count') }),
])

/** Amounts, dates, times of day, durations, numbers, phone numbers, names. */
export const entity: Detector<z.infer<typeof Spec>> = {
  key: 'entity',
  spec: Spec,
  combines: false,
  compile({ types, min_digits: minDigits }, { role }) {
    const isPhoneOnly = types.every((type) => type === 'phone')
    return ({ utterances }) => {
      const found: Occurrence[] = []
      for (const utterance of utterances) {
        if (role !== 'any' && role !== utterance.role) continue
        for (const { from, to, value } of isPhoneOnly ? utterance.findPhones() : utterance.findEntities()) {
          if (!types.includes(value.type) || (value.type === 'phone' && value.digits.length < minDigits)) continue
          found.push({ utterance: utterance.index, from, to, how: 'entity', marks: 0, confidence: 1, detail: utterance.text.slice(from, to), value })
        }
      }
      return found
    }
  },
}
