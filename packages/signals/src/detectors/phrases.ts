import { z } from 'zod'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'
import { parsePattern, PatternError } from '../phrases/pattern.js'

const Options = z.strictObject({
  any: z.array(z.string().min(1)).min(1),
  sound: z.boolean().default(true).describe('Accept what only sounds like it'),
  edges: z.boolean().optional().describe('Refuse hits that cut a word in two; true except in exceptions'),
})

const Spec = z.union([z.array(z.string().min(1)).min(1).transform((any) => ({ any, sound: true, edges: undefined })), Options])

/** Literal wordings with gaps, alternatives and slots. */
export const phrases: Detector<z.infer<typeof Spec>> = {
  key: 'phrases',
  spec: Spec,
  combines: false,
  compile({ any, sound, edges: asked }, { phrases: book, edges: usual, synonyms, fault }) {
    const edges = asked ?? usual
    const group = book.newGroup()
    for (const [index, source] of any.entries()) {
      try {
        book.add(group, source, parsePattern(source, synonyms), { sound, edges })
      } catch (error) {
        if (!(error instanceof PatternError)) throw error
        fault([index], error.message)
      }
    }
    return (call) =>
      (call.phrases.get(group) ?? []).map(({ utterance, from, to, bySound, source }): Occurrence => ({
        utterance, from, to, how: bySound ? 'sound' : 'phrase', marks: 0, confidence: 1, detail: source,
      }))
  },
}
