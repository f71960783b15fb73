import type { FaultText } from '@yuzhi/schemas'
import { RE2JS, RE2JSException } from 're2js'
import { z } from 'zod'
import { linesOf, traceOf } from '../analysed-call.js'
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
      const compiled = compile(pattern)
      const exclusion = unless === undefined ? undefined : compile(unless)
      if ('message' in compiled) fault([index, 'pattern'], compiled)
      if (exclusion !== undefined && 'message' in exclusion) fault([index, 'unless'], exclusion)
      if ('message' in compiled || (exclusion !== undefined && 'message' in exclusion)) return []
      return [{ pattern, compiled, exclusion, sought: requiredLiterals(pattern).map(soughtIn) }]
    })
    return (call) => {
      const found: Occurrence[] = []
      const trace = traceOf(call, role)
      for (const { pattern, compiled, exclusion, sought } of expressions) {
        if (!sought.every((literals) => trace.mayHold(literals))) continue
        if (!compiled.isIn(linesOf(call, role))) continue
        for (const { index, text, role: speaker } of call.utterances) {
          if (role !== 'any' && role !== speaker) continue
          const matches = compiled.find(text)
          const excluded = matches.length === 0 ? [] : (exclusion?.find(text) ?? [])
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

interface Expression {
  /** Whether a line of the text may match: never false where one does. */
  isIn: (lines: string) => boolean
  /** Every match in an utterance. */
  find: (text: string) => { from: number; to: number }[]
}

/** What may repeat without end, or nested; and what the platform's engine reads otherwise or not at all: most escapes, (?i), [[:digit:]]. */
const ONLY_LINEAR = /[*+]|\\[^bdw]|\{\d+,\}|\)\{|\(\?[^:]|\[:/u
const BOUNDED = /\{(\d+)(?:,(\d+))?\}|[^(]\?/gu
/** Ways through its bounded repetitions that a backtracking engine may try at one place of the text. */
const MAX_WAYS = 2_000

function compile(pattern: string): Expression | FaultText {
  try {
    const expression = RE2JS.compile(pattern)
    return isShallow(pattern) ? plain(pattern) : linear(expression, OF_WHOLE_TEXT.test(pattern) ? undefined : RE2JS.compile(pattern, RE2JS.MULTILINE))
  } catch (error) {
    if (error instanceof RE2JSException || error instanceof SyntaxError) return { message: `not a regular expression of RE2: ${error.message}`, zh: `不是 RE2 的正则表达式：${error.message}` }
    throw error
  }
}

/** What binds a pattern to the ends of a text, which the ends of a line are not: \A, \z, (?-m). */
const OF_WHOLE_TEXT = /\\[AzZ]|\(\?[a-zA-Z]*-/u

/** A pattern that cannot backtrack far is left to the engine of the platform, which is ten times as fast. */
function isShallow(pattern: string): boolean {
  if (ONLY_LINEAR.test(pattern)) return false
  let ways = 1
  for (const [, least, most] of pattern.matchAll(BOUNDED) as Iterable<readonly (string | undefined)[]>) ways *= least === undefined ? 2 : Number(most ?? least) - Number(least) + 1
  return ways <= MAX_WAYS
}

/** A pattern may say what a word must stand between; that is not part of the words that were found. */
function wordsIn(text: string, from: number, to: number): { from: number; to: number } {
  let [first, end] = [from, to]
  while (first < end && SEPARATOR.test(text[first])) first++
  while (end > first && SEPARATOR.test(text[end - 1])) end--
  return { from: first, to: end }
}

function plain(pattern: string): Expression {
  const one = new RegExp(pattern, 'mu')
  const all = new RegExp(pattern, 'gu')
  return {
    isIn: (lines) => one.test(lines),
    find: (text) => Array.from(text.matchAll(all), (match) => wordsIn(text, match.index, match.index + match[0].length)).filter(({ from, to }) => to > from),
  }
}

function linear(expression: RE2JS, inLines: RE2JS | undefined): Expression {
  return {
    isIn: (lines) => inLines?.matcher(lines).find() ?? true,
    find: (text) => {
      const found: { from: number; to: number }[] = []
      const matcher = expression.matcher(text)
      while (matcher.find()) found.push(wordsIn(text, matcher.start(), matcher.end()))
      return found.filter(({ from, to }) => to > from)
    },
  }
}
