import { readFileSync } from 'node:fs'
import { nearestName } from '@yuzhi/signals'
import { isCollection, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { RuleFault } from './rule-fault.js'

export type Path = readonly (string | number)[]

/** A YAML file that remembers where everything stands. */
export class YamlFile {
  readonly faults: RuleFault[] = []
  private readonly lines = new LineCounter()
  private readonly document

  constructor(readonly file: string) {
    this.document = parseDocument(readText(file), { lineCounter: this.lines, uniqueKeys: true })
    for (const error of this.document.errors) {
      const { line, col } = this.lines.linePos(error.pos[0])
      this.faults.push({ file, line, column: col, message: error.message.split('\n')[0], severity: 'error' })
    }
  }

  /** The content if it has the shape of `schema`; otherwise every mistake is in `faults`. */
  parse<T>(schema: z.ZodType<T>): T | undefined {
    if (this.faults.length > 0) return undefined
    const parsed = schema.safeParse(this.document.toJS() ?? {})
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) this.reportIssue(issue, [])
    return undefined
  }

  report(path: Path, message: string, severity: RuleFault['severity'] = 'error'): void {
    this.faults.push({ ...this.locate(path), message, severity })
  }

  /** Position of the deepest part of `path` that the file has; where one may stand for a list of one, the index is passed over. */
  locate(path: Path): { file: string; line: number; column: number } {
    let found = { file: this.file, line: 1, column: 1 }
    let node: unknown = this.document.contents
    for (const key of path) {
      if (!isCollection(node)) break
      const next: unknown = node.get(key, true)
      if (!isNode(next)) {
        if (typeof key === 'number') continue
        break
      }
      node = next
      if (next.range !== undefined && next.range !== null) {
        const { line, col } = this.lines.linePos(next.range[0])
        found = { file: this.file, line, column: col }
      }
    }
    return found
  }

  private reportIssue(issue: z.core.$ZodIssue, base: Path): void {
    const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? key.toString() : key))]
    if (issue.code === 'invalid_union') {
      this.reportUnion(issue, path)
    } else if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.report([...path, key], `unknown key "${key}"${suggestKey(key)}`)
    } else {
      this.report(path, issue.message)
    }
  }

  /** Of the ways to write something, the one that came closest tells what is wrong. */
  private reportUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
    const closest = issue.errors.filter((errors) => !errors.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0))
    const [errors] = closest.length > 0 ? closest : [[]]
    if (errors.length === 0) this.report(path, 'not of the form that belongs here')
    for (const error of errors) this.reportIssue(error, path)
  }
}

const KNOWN_KEYS = [
  'title', 'role', 'family', 'accept', 'except', 'min_confidence', 'hits', 'misses', 'phrases', 'regex', 'similar', 'entity', 'timing', 'repetition',
  'metadata', 'any', 'all', 'none', 'sequence', 'count', 'near', 'placed', 'compare', 'signal', 'signals', 'clauses', 'id', 'dimension', 'share', 'add',
  'deduct', 'each', 'cap', 'veto', 'when', 'unless', 'expect', 'forbid', 'need', 'reasons', 'tests', 'met', 'violated', 'not_applicable', 'after',
  'before', 'around', 'opening', 'closing', 'same', 'turns', 'seconds', 'at_least', 'at_most', 'ahead_of', 'with', 'without', 'sound', 'edges', 'why',
]

function suggestKey(key: string): string {
  const suggestion = nearestName(key, KNOWN_KEYS)
  return suggestion === undefined || suggestion === key ? '' : `: did you mean "${suggestion}"?`
}

function readText(file: string): string {
  return readFileSync(file, 'utf8')
}
