import { type Executor, queryRows } from './executor.js'
import { StoreError } from './store-error.js'
import { DATABASE } from './tables.js'

/** Kinds of functions (system.functions) that neither read files nor reach the network, nor tell about the machine. */
const HARMLESS_CATEGORIES = [
  'Logical', 'Financial', 'Conditional', 'Time Window', 'Rounding', 'Null', 'String Replacement', 'String Splitting', 'UUID', 'Bit', 'Encoding',
  'Bitmap', 'Random Number', 'Distance', 'Tuple', 'IP Address', 'Comparison', 'Map', 'Geo Polygon', 'Geo', 'Arithmetic', 'URL', 'Mathematical', 'JSON',
  'String Search', 'Hash', 'String', 'Arrays', 'Dates and Times', 'Type Conversion', 'QBit', 'NumericIndexedVector',
]
/** Of the rest, those that analysts use. */
const HARMLESS_OTHERS = [
  'bar', 'transform', 'identity', 'toTypeName', 'materialize', 'ignore', 'formatReadableSize', 'formatReadableQuantity', 'formatReadableTimeDelta',
  'formatReadableDecimalSize', 'neighbor', 'runningDifference', 'runningDifferenceStartingWithFirstValue', 'runningAccumulate', 'rowNumberInBlock',
  'rowNumberInAllBlocks', 'initializeAggregation', 'finalizeAggregation', 'countDigits', 'digits', 'byteSize', 'visibleWidth', 'currentDatabase', 'throwIf',
  'isConstant', 'lambda', 'grouping', 'caseWithExpression', 'caseWithoutExpression', 'caseWithExpr', 'caseWithoutExpr', 'exists', 'version',
]
/** Harmless by kind and yet refused: `chdb` runs SQL of its own. */
const REFUSED = new Set(['chdb'])
const COMBINATORS = /(?:If|Array|Map|SimpleState|State|Merge|MergeState|ForEach|Distinct|OrDefault|OrNull|Resample|ArgMin|ArgMax)$/u

const NAME = /^[A-Za-z_]\w*$/u
const OTHER_DATABASE = /^(?:system|information_schema|INFORMATION_SCHEMA|default|_temporary_and_external_tables)\./u

/**
 * Lets through SQL that only reads the product's own tables: the engine parses it, and every table
 * and function of the parsed statement must be known to be harmless. Nothing is matched in the
 * text of the statement.
 */
export class SqlGuard {
  private constructor(
    private readonly executor: Executor,
    private readonly functions: ReadonlySet<string>,
  ) {}

  static async create(executor: Executor): Promise<SqlGuard> {
    const rows = await queryRows<{ name: string; alias: string; category: string; aggregate: number }>(
      executor,
      'SELECT name, alias_to AS alias, toString(categories) AS category, is_aggregate AS aggregate FROM system.functions',
    )
    const allowed = new Set(HARMLESS_OTHERS.map(lower))
    for (const { name, category, aggregate } of rows) {
      if (!REFUSED.has(name) && (aggregate === 1 || HARMLESS_CATEGORIES.includes(category))) allowed.add(lower(name))
    }
    for (const { name, alias } of rows) if (alias !== '' && allowed.has(lower(alias))) allowed.add(lower(name))
    return new SqlGuard(executor, allowed)
  }

  /** The statement as the engine reads it, without comments. Throws a StoreError `refused` or `syntax`. */
  async check(sql: string): Promise<string> {
    const formatted = (await this.executor.query('SELECT formatQuery({sql:String})', 'TSVRaw', { sql })).trim()
    if (isListing(formatted)) return formatted
    // As a subquery a statement can carry no INTO OUTFILE and no FORMAT: the engine refuses to parse them there.
    const tree = await this.parse(formatted)
    const lines = tree.split('\n')
    for (const [index, line] of lines.entries()) this.checkNode(line.trim(), lines[index - 1]?.trim() ?? '')
    return formatted
  }

  private async parse(formatted: string): Promise<string> {
    try {
      return await this.executor.query(`EXPLAIN AST SELECT * FROM (\n${formatted}\n)`, 'TSVRaw')
    } catch (error) {
      if (error instanceof StoreError && error.code === 'syntax') throw refuse('only SELECT statements are allowed, without INTO OUTFILE and FORMAT')
      throw error
    }
  }

  private checkNode(node: string, before: string): void {
    const [kind, name = ''] = node.split(' ')
    if (kind === 'Set') throw refuse('SETTINGS are not allowed')
    if (kind === 'Function') {
      if (before.startsWith('TableExpression')) throw refuse(`the table function ${name} is not allowed`)
      if (!this.isHarmless(name)) throw refuse(`the function ${name} is not allowed`)
    }
    if (kind === 'TableIdentifier' && !isOwnTable(name)) throw refuse(`the table ${name} is not one of ${DATABASE}`)
    if (kind === 'Identifier' && OTHER_DATABASE.test(name)) throw refuse(`${name} is not in ${DATABASE}`)
  }

  private isHarmless(name: string): boolean {
    for (let rest = name; ; rest = rest.replace(COMBINATORS, '')) {
      if (this.functions.has(lower(rest))) return true
      if (!COMBINATORS.test(rest)) return false
    }
  }
}

/** SHOW TABLES and DESCRIBE of an own table list nothing but names. */
function isListing(formatted: string): boolean {
  const describe = /^DESCRIBE TABLE (\S+)$/u.exec(formatted)
  return formatted === 'SHOW TABLES' || (describe !== null && isOwnTable(describe[1]))
}

function isOwnTable(name: string): boolean {
  const parts = name.split('.')
  return parts.every((part) => NAME.test(part)) && (parts.length === 1 || (parts.length === 2 && parts[0] === DATABASE))
}

function lower(name: string): string {
  return name.toLowerCase()
}

function refuse(message: string): StoreError {
  return new StoreError('refused', message, false)
}
