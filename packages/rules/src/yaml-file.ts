import { readFileSync } from 'node:fs'
import { nearestName } from '@yuzhi/signals'
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
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
    // What follows the first slip of the syntax are its echoes.
    const error = this.document.errors.at(0)
    if (error !== undefined) {
      const { line, col } = this.lines.linePos(error.pos[0])
      const message = error.message.split('\n')[0].replace(/ at line \d+, column \d+:?$/u, '')
      this.faults.push({ file, line, column: col, message: `not valid YAML (look at the indentation and the quotes): ${message}`, severity: 'error' })
    }
  }

  /** The content at `path` if it has the shape of `schema`; otherwise every mistake is in `faults`. */
  parse<T>(schema: z.ZodType<T>, path: Path = []): T | undefined {
    if (this.document.errors.length > 0) return undefined
    const node: unknown = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    const parsed = schema.safeParse(isNode(node) ? node.toJS(this.document) : (node ?? {}))
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) this.reportIssue(issue, path)
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
      for (const key of issue.keys) this.faults.push({ ...this.locateKey(path, key), message: `unknown key "${key}"${suggestKey(key)}`, severity: 'error' })
    } else {
      this.report(path, wording(issue, path))
    }
  }

  /** Where the key itself stands, not its value. */
  private locateKey(path: Path, key: string): { file: string; line: number; column: number } {
    const parent: unknown = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    const range = isScalar(pair?.key) ? pair.key.range : undefined
    if (range === undefined || range === null) return this.locate([...path, key])
    const { line, col } = this.lines.linePos(range[0])
    return { file: this.file, line, column: col }
  }

  /** Of the ways to write something, the one that came closest tells what is wrong. */
  private reportUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
    const closest = issue.errors.filter((errors) => !errors.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0))
    const [errors] = closest.length > 0 ? closest : [[]]
    if (errors.length === 0) this.report(path, 'not of the form that belongs here')
    for (const error of errors) this.reportIssue(error, path)
  }
}

/** What zod says, for people who write rules. */
function wording(issue: z.core.$ZodIssue, path: Path): string {
  const key = String(path.at(-1) ?? '')
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.endsWith('received undefined')) return `"${key}" is missing`
  if (issue.code === 'too_small' && issue.origin === 'array') return `"${key}" must not be empty`
  return `"${key}": ${issue.message}`
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
