import { type Executor, type Parameters, queryRows } from './executor.js'
import { StoreError } from './store-error.js'

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
  'isConstant', 'lambda', 'grouping', 'caseWithExpression', 'caseWithoutExpression', 'caseWithExpr', 'caseWithoutExpr', 'exists', 'version', '_CAST',
]
/** Harmless by kind and yet refused: `chdb` runs SQL of its own. */
const REFUSED = new Set(['chdb'])
const COMBINATORS = /(?:If|Array|Map|SimpleState|State|Merge|MergeState|ForEach|Distinct|OrDefault|OrNull|Resample|ArgMin|ArgMax)$/u


/** Where tools look up what there is; of use to them and of no harm in a store that holds one database. */
const METADATA_TABLES = new Set(['tables', 'columns', 'databases', 'functions', 'settings', 'one', 'data_type_families', 'table_functions', 'contributors'].map((name) => `system.${name}`))

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
    private readonly database: string,
    private readonly functions: ReadonlySet<string>,
    /** Views that take parameters; they look like table functions. */
    private readonly views: ReadonlySet<string>,
    private readonly allowsMetadata: boolean,
  ) {}

  /** `allowsMetadata`: system tables that say what there is may be read, for tools that ask them first. */
  static async create(executor: Executor, database: string, allowsMetadata = false): Promise<SqlGuard> {
    const rows = await queryRows<{ name: string; alias: string; category: string; aggregate: number }>(
      executor,
      'SELECT name, alias_to AS alias, toString(categories) AS category, is_aggregate AS aggregate FROM system.functions',
    )
    const allowed = new Set(HARMLESS_OTHERS.map(lower))
    for (const { name, category, aggregate } of rows) {
      if (!REFUSED.has(name) && (aggregate === 1 || HARMLESS_CATEGORIES.includes(category))) allowed.add(lower(name))
    }
    for (const { name, alias } of rows) if (alias !== '' && allowed.has(lower(alias))) allowed.add(lower(name))
    const views = await queryRows<{ name: string }>(executor, "SELECT name FROM system.tables WHERE database = {database:String} AND length(parameterized_view_parameters) > 0", { database })
    const names = views.flatMap(({ name }) => [name, `${database}.${name}`])
    return new SqlGuard(executor, database, allowed, new Set(names), allowsMetadata)
  }

  /** The statement to run: as the engine reads it, without comments. Throws a StoreError `refused` or `syntax`. */
  async check(sql: string, parameters: Parameters = {}): Promise<string> {
    const formatted = (await this.executor.query('SELECT formatQuery({sql:String})', 'TSVRaw', { sql })).trim()
    if (formatted === 'SHOW TABLES' && !this.allowsMetadata) return listing(this.database)
    if (this.isListing(formatted)) return formatted
    // As a subquery a statement can carry no INTO OUTFILE and no FORMAT: the engine refuses to parse them there.
    const tree = await this.parse(formatted, parameters)
    const lines = tree.split('\n')
    for (const [index, line] of lines.entries()) this.checkNode(line.trim(), lines[index - 1]?.trim() ?? '')
    return formatted
  }

  private async parse(formatted: string, parameters: Parameters): Promise<string> {
    try {
      return await this.executor.query(`EXPLAIN AST SELECT * FROM (\n${formatted}\n)`, 'TSVRaw', Object.keys(parameters).length > 0 ? parameters : undefined)
    } catch (error) {
      if (error instanceof StoreError && error.code === 'syntax') throw refuse('only SELECT statements are allowed, without INTO OUTFILE and FORMAT', '只能用 SELECT，不能带 INTO OUTFILE 和 FORMAT')
      throw error
    }
  }

  private checkNode(node: string, before: string): void {
    const [kind, name = ''] = node.split(' ')
    if (kind === 'Set') throw refuse('SETTINGS are not allowed', '不能带 SETTINGS')
    if (kind === 'Function') {
      if (before.startsWith('TableExpression')) {
        if (!this.views.has(name)) throw refuse(`the table function ${name} is not allowed`, `不能用表函数 ${name}`)
      } else if (!this.isHarmless(name)) throw refuse(`the function ${name} is not allowed`, `不能用函数 ${name}`)
    }
    const isMetadata = this.allowsMetadata && METADATA_TABLES.has(name.split('.').slice(0, 2).join('.'))
    if (kind === 'TableIdentifier' && !isMetadata && !this.isOwnTable(name)) throw refuse(`the table ${name} is not one of ${this.database}`, `${name} 不是 ${this.database} 的表`)
    if (kind === 'Identifier' && !isMetadata && OTHER_DATABASE.test(name)) throw refuse(`${name} is not in ${this.database}`, `${name} 不在 ${this.database} 中`)
  }

  /** SHOW TABLES and DESCRIBE of an own table list nothing but names. */
  private isListing(formatted: string): boolean {
    const describe = /^DESCRIBE TABLE (\S+)$/u.exec(formatted)
    return formatted === 'SHOW TABLES' || (describe !== null && this.isOwnTable(describe[1]))
  }

  private isOwnTable(name: string): boolean {
    const parts = name.split('.')
    return parts.every((part) => NAME.test(part)) && (parts.length === 1 || (parts.length === 2 && parts[0] === this.database))
  }

  private isHarmless(name: string): boolean {
    for (let rest = name; ; rest = rest.replace(COMBINATORS, '')) {
      if (this.functions.has(lower(rest))) return true
      if (!COMBINATORS.test(rest)) return false
    }
  }
}

/** For `SHOW TABLES` of a person: views first, with the values that they take, and nothing of how rows come in. */
function listing(database: string): string {
  return `SELECT name, if(engine = 'View', 'view', 'table') AS kind, arrayStringConcat(arrayMap(p -> concat(p.1, ' ', p.2), parameterized_view_parameters), ', ') AS parameters
    FROM system.tables WHERE database = '${database}' AND engine NOT IN ('MaterializedView', 'Null', 'Dictionary') AND NOT match(name, '^(?:schema|incoming)_|_local$') ORDER BY kind DESC, name`
}

function lower(name: string): string {
  return name.toLowerCase()
}

function refuse(message: string, zh: string): StoreError {
  return new StoreError('refused', { message, zh }, false)
}
