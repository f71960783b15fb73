import { z } from 'zod'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'
import { parsePattern, PatternError } from '../phrases/pattern.js'

const Options = z.strictObject({
  any: z.array(z.string().min(1)).min(1),
  sound: z.boolean().optional().describe('Accept what only sounds like it; true except in exceptions'),
  edges: z.boolean().optional().describe('Refuse hits that cut a word in two; true except in exceptions'),
})

const Spec = z.union([z.array(z.string().min(1)).min(1).transform((any) => ({ any, sound: undefined, edges: undefined })), Options])

/** Literal wordings with gaps, alternatives and slots. */
export const phrases: Detector<z.infer<typeof Spec>> = {
  key: 'phrases',
  spec: Spec,
  combines: false,
  compile({ any, sound, edges }, { phrases: book, isException, synonyms, fault }) {
    const options = { sound: sound ?? !isException, edges: edges ?? !isException }
    const group = book.newGroup()
    for (const [index, source] of any.entries()) {
      try {
        book.add(group, source, parsePattern(source, synonyms), options)
      } catch (error) {
        if (!(error instanceof PatternError)) throw error
        fault([index], error)
      }
    }
    return (call) => call.phrases[group] ?? NONE
  },
}

const NONE: readonly Occurrence[] = []
