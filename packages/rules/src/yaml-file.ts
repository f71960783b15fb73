import { readFileSync } from 'node:fs'
import { type FaultText, wordingOf } from '@yuzhi/schemas'
import { didYouMean, nearestName } from '@yuzhi/signals'
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { z } from 'zod'
import type { RuleFault } from './rule-fault.js'

export type Path = readonly (string | number)[]

/** A YAML file that remembers where everything stands. */
export class YamlFile {
  readonly faults: RuleFault[] = []
  private readonly lines = new LineCounter()
  private readonly document

  constructor(readonly file: string) {
    const text = readText(file)
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true })
    // What follows the first slip of the syntax are its echoes.
    const error = this.document.errors.at(0)
    if (error !== undefined) {
      const { line, col } = this.lines.linePos(error.pos[0])
      this.faults.push({ file, line, column: col, ...syntaxText(error, text.split('\n')[line - 1] ?? ''), severity: 'error' })
    } else this.warnOfWideCommas()
  }

  /** The content at `path` if it has the shape of `schema`; otherwise every mistake is in `faults`. */
  parse<T>(schema: z.ZodType<T>, path: Path = []): T | undefined {
    if (this.document.errors.length > 0) return undefined
    const node: unknown = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    const parsed = schema.safeParse(isNode(node) ? node.toJS(this.document) : (node ?? {}), { reportInput: true })
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) this.reportIssue(issue, path)
    return undefined
  }

  report(path: Path, { message, zh }: FaultText): void {
    this.faults.push({ ...this.locate(path), message, zh, severity: 'error' })
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
      for (const key of issue.keys) this.faults.push({ ...this.locateKey(path, key), ...unknownKey(key), severity: 'error' })
    } else {
      this.report(path, wordingOf({ ...issue, path: [...path] }))
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

  /** `[您好，再见]` is one item, seldom what its author means. */
  private warnOfWideCommas(): void {
    visit(this.document, {
      Seq: (_key, { flow, items }) => {
        for (const item of flow === true ? items : []) {
          if (!isScalar(item) || item.type !== 'PLAIN' || !/[，、]/u.test(String(item.value)) || item.range === undefined || item.range === null) continue
          const { line, col } = this.lines.linePos(item.range[0])
          const message = `"${String(item.value)}" is one item: what separates items is ","; put it in quotes if it is meant as one`
          this.faults.push({ file: this.file, line, column: col, message, zh: `“${String(item.value)}” 是一项：分隔各项要用半角逗号 “,”；若本来就是一项，请加引号`, severity: 'warning' })
        }
      },
    })
  }

  /** Of the ways to write something, the one that came closest tells what is wrong. */
  private reportUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
    const closest = issue.errors.filter((errors) => !errors.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0))
    const [errors] = closest.length > 0 ? closest : [[]]
    if (errors.length === 0) this.report(path, { message: 'not of the form that belongs here', zh: '写法不对：这里要的不是这种形式' })
    for (const error of errors) this.reportIssue(error, path)
  }
}

/** What the reader of YAML stumbles over, by its name for it. */
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], FaultText>>> = {
  BAD_INDENT: { message: 'the indentation does not fit: what belongs together begins in one column', zh: '缩进不对：同一层的内容要从同一列开始' },
  TAB_AS_INDENT: { message: 'indent with spaces, not with tabs', zh: '缩进要用空格，不能用制表符' },
  DUPLICATE_KEY: { message: 'this key stands here twice', zh: '同一个键在这里写了两次' },
  MISSING_CHAR: { message: 'a sign is missing: quotes and brackets come in pairs, behind a colon and behind a dash comes a space', zh: '缺少一个符号：引号和括号要成对，冒号和短横后面要有空格' },
  MULTILINE_IMPLICIT_KEY: { message: 'a line without its colon, or one that is indented too little or too much', zh: '这一行缺少冒号，或缩进多了、少了' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'two colons in one line: put the words in quotes', zh: '一行里有两个冒号：请给这段话加引号' },
  BLOCK_IN_FLOW: { message: 'the bracket before is not closed', zh: '前面的括号没有结束' },
}
const KEY_WITH_WIDE_COLON = /^\s*(?:- )?[\w.]+：/u

function syntaxText(error: YAMLError, line: string): FaultText {
  if (KEY_WITH_WIDE_COLON.test(line)) return { message: 'the colon behind a key is ":" and a space, not "："', zh: '键后面的冒号要用半角 “:” 并跟一个空格，不能用 “：”' }
  const own = error.message.split('\n')[0].replace(/ at line \d+, column \d+:?$/u, '')
  return SYNTAX[error.code] ?? { message: `not valid YAML (look at the indentation and the quotes): ${own}`, zh: `不是有效的 YAML（请看缩进和引号）：${own}` }
}

const KNOWN_KEYS = [
  'title', 'role', 'family', 'accept', 'except', 'min_confidence', 'hits', 'misses', 'phrases', 'regex', 'similar', 'entity', 'timing', 'repetition',
  'metadata', 'any', 'all', 'none', 'sequence', 'count', 'near', 'placed', 'compare', 'signal', 'signals', 'clauses', 'id', 'dimension', 'share', 'add',
  'deduct', 'each', 'cap', 'veto', 'when', 'unless', 'expect', 'forbid', 'need', 'reasons', 'tests', 'met', 'violated', 'not_applicable', 'after',
  'before', 'around', 'opening', 'closing', 'same', 'turns', 'seconds', 'at_least', 'at_most', 'ahead_of', 'with', 'without', 'sound', 'edges', 'why',
]

function unknownKey(key: string): FaultText {
  const suggestion = nearestName(key, KNOWN_KEYS)
  const hint = didYouMean(suggestion === key ? undefined : suggestion)
  return { message: `unknown key "${key}"${hint.message}`, zh: `没有键 “${key}”${hint.zh}` }
}

function readText(file: string): string {
  return readFileSync(file, 'utf8')
}
