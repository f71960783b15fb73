import { z } from 'zod'
import type { Utterance } from '../analysed-call.js'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'

const Spec = z.strictObject({
  times: z.int().min(2).default(2).describe('How often the same is said'),
  alike: z.number().min(0.3).max(1).default(0.7).describe('Share of character pairs in common'),
  min_chars: z.int().positive().default(6),
  within_turns: z.int().positive().default(12).describe('How many utterances of the speaker are looked back over'),
})

/** A speaker who says the same again; it is seen where it is said the last time. */
export const repetition: Detector<z.infer<typeof Spec>> = {
  key: 'repetition',
  spec: Spec,
  combines: false,
  compile({ times, alike, min_chars: minChars, within_turns: window }, { role }) {
    return ({ utterances }) => {
      const found: Occurrence[] = []
      const recent: { utterance: Utterance; pairs: Set<number> }[] = []
      for (const utterance of utterances) {
        if ((role !== 'any' && role !== utterance.role) || utterance.view.length < minChars) continue
        const pairs = characterPairs(utterance)
        const earlier = recent.filter((other) => other.utterance.role === utterance.role && overlapShare(other.pairs, pairs) >= alike)
        if (earlier.length + 1 >= times) {
          found.push({ ...whole(utterance, `${earlier.length + 1}`), parts: earlier.map((other) => whole(other.utterance, '')) })
        }
        recent.push({ utterance, pairs })
        if (recent.length > window) recent.shift()
      }
      return found
    }
  },
}

function whole({ index, text }: Utterance, detail: string): Occurrence {
  return { utterance: index, from: 0, to: text.length, how: 'repetition', marks: 0, confidence: 1, detail }
}

function characterPairs({ view: { codes, length } }: Utterance): Set<number> {
  const pairs = new Set<number>()
  for (let i = 1; i < length; i++) pairs.add(codes[i - 1] * 0x10000 + codes[i])
  return pairs
}

/** Jaccard: common pairs over all pairs. */
function overlapShare(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let common = 0
  for (const pair of a) if (b.has(pair)) common++
  return common / (a.size + b.size - common)
}
