import { allMatches } from '../all-matches.js'
import type { FaultText } from '@yuzhi/schemas'
import { RE2JS, RE2JSException } from 're2js'
import { z } from 'zod'
import { traceOf } from '../analysed-call.js'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'
import { requiredLiterals } from '../required-literals.js'
import { SEPARATOR } from '../separator.js'
import { soughtIn } from '../text-trace.js'

const One = z.strictObject({
  pattern: z.string().min(1),
  unless: z.string().min(1).optional().describe('No hit where this matches in the same utterance, overlapping it'),
})
const Spec = z.array(z.union([z.string().min(1).transform((pattern) => ({ pattern, unless: undefined })), One])).min(1)

/** Regular expressions on the normalised text, in linear time (RE2). */
export const regex: Detector<z.infer<typeof Spec>> = {
  key: 'regex',
  spec: Spec,
  combines: false,
  compile(spec, { fault, role }) {
    const expressions = spec.flatMap(({ pattern, unless }, index) => {
      const find = compile(pattern)
      const exclude = unless === undefined ? undefined : compile(unless)
      if ('message' in find) fault([index, 'pattern'], find)
      if (exclude !== undefined && 'message' in exclude) fault([index, 'unless'], exclude)
      if ('message' in find || (exclude !== undefined && 'message' in exclude)) return []
      return [{ pattern, find, exclude, sought: requiredLiterals(pattern).map(soughtIn) }]
    })
    return (call) => {
      const found: Occurrence[] = []
      const trace = traceOf(call, role)
      for (const { pattern, find, exclude, sought } of expressions) {
        if (!trace.mayHoldAll(sought)) continue
        for (const utterance of call.utterances) {
          if ((role !== 'any' && role !== utterance.role) || !utterance.trace.mayHoldAll(sought)) continue
          const { index, text } = utterance
          const matches = find(text)
          if (matches.length === 0) continue
          const excluded = exclude?.(text) ?? []
          for (const { from, to } of matches) {
            if (excluded.some((other) => from < other.to && other.from < to)) continue
            found.push({ utterance: index, from, to, how: 'regex', marks: 0, confidence: 1, detail: pattern })
          }
        }
      }
      return found
    }
  },
}

/** Every match in an utterance. */
type Find = (text: string) => readonly Words[]

interface Words {
  from: number
  to: number
}

const NONE: readonly Words[] = []

/** What may repeat without end, or nested; and what the platform's engine reads otherwise or not at all: most escapes, (?i), [[:digit:]]. */
const ONLY_LINEAR = /[*+]|\\[^bdw]|\{\d+,\}|\)\{|\(\?[^:]|\[:/u
const BOUNDED = /\{(\d+)(?:,(\d+))?\}|[^(]\?/gu
const CLASS = /\[\^?\]?[^\]]*\]/gu
/** Ways through its bounded repetitions that a backtracking engine may try at one place of the text. */
const MAX_WAYS = 2_000

function compile(pattern: string): Find | FaultText {
  try {
    const expression = RE2JS.compile(pattern)
    return isShallow(pattern) ? plain(pattern) : linear(expression)
  } catch (error) {
    if (error instanceof RE2JSException || error instanceof SyntaxError) return { message: `not a regular expression of RE2: ${error.message}`, zh: `不是 RE2 的正则表达式：${error.message}` }
    throw error
  }
}

/** A pattern that cannot backtrack far is left to the engine of the platform, which is ten times as fast. */
function isShallow(pattern: string): boolean {
  if (ONLY_LINEAR.test(pattern)) return false
  let ways = 1
  for (const [, least, most] of pattern.replaceAll(CLASS, 'x').matchAll(BOUNDED) as Iterable<readonly (string | undefined)[]>) ways *= least === undefined ? 2 : Number(most ?? least) - Number(least) + 1
  return ways <= MAX_WAYS
}

/** A pattern may say what a word must stand between; that is not part of the words that were found. */
function wordsIn(text: string, from: number, to: number): Words {
  let [first, end] = [from, to]
  while (first < end && SEPARATOR.test(text[first])) first++
  while (end > first && SEPARATOR.test(text[end - 1])) end--
  return { from: first, to: end }
}

function plain(pattern: string): Find {
  const expression = new RegExp(pattern, 'gu')
  return (text) => {
    const matches = allMatches(text, expression)
    return matches.length === 0 ? NONE : matches.map((match) => wordsIn(text, match.index, match.index + match[0].length)).filter(({ from, to }) => to > from)
  }
}

function linear(expression: RE2JS): Find {
  return (text) => {
    const found: Words[] = []
    const matcher = expression.matcher(text)
    while (matcher.find()) found.push(wordsIn(text, matcher.start(), matcher.end()))
    return found.filter(({ from, to }) => to > from)
  }
}
