/** Where the schema lives: one server, or a cluster whose name its servers know. */
export interface SchemaTarget {
  database: string
  cluster?: string | undefined
}

const ALTER_OF_CALLS = /^ALTER (?:SHARDED|STORED) TABLE (\{\{\w+\}\})/u
const NAME = /\{\{(\w+)\}\}/gu
const ENGINE = /\{\{(sharded|everywhere|local) (\w+)(?:\(([^)]*)\))?\}\}/u
/** Rows of a call live together. */
const SHARDING_KEY = 'cityHash64(call_id)'

/**
 * The statements of a migration file for one server or for a cluster. In the file `{{name}}` is a
 * table or view, and `{{sharded Engine}}`, `{{everywhere Engine}}`, `{{local Engine}}` an engine: on a
 * cluster a sharded table becomes a replicated `name_local` with a Distributed `name` over it; a
 * table that is everywhere has all its rows on every server; a local one is each server's own.
 * `ALTER SHARDED TABLE` changes both of the two,`ALTER STORED TABLE` the one that holds the rows.`{{use name}}` stands for the lines between `-- define name` and `-- end`.
 */
export function renderMigration(source: string, target: SchemaTarget): string[] {
  return statementsOf(source).flatMap((statement) => (target.cluster === undefined ? [renderSingle(statement, target.database)] : renderCluster(statement, target.database, target.cluster)))
}

/** A statement ends with a semicolon at the end of a line; lines that begin with two dashes are comments. */
function statementsOf(source: string): string[] {
  const defined = new Map<string, string>()
  const rest = source.replace(/^-- define (\w+)\n([^]*?)^-- end$/gmu, (_all, name: string, lines: string) => {
    defined.set(name, lines.trimEnd())
    return ''
  })
  const whole = rest.replace(/\{\{use (\w+)\}\}/gu, (_all, name: string) => defined.get(name) ?? fail(`nothing is defined as ${name}`))
  return whole.split(/;\s*$/mu).map((statement) => statement.replace(/^--.*$/gmu, '').trim()).filter((statement) => statement !== '')
}

function renderSingle(statement: string, database: string): string {
  return statement
    .replace(ALTER_OF_CALLS, 'ALTER TABLE $1')
    .replace(ENGINE, (_all, _spread: string, engine: string, argument?: string) => engine + (argument === undefined ? '' : `(${argument})`))
    .replace(NAME, (_all, name: string) => `${database}.${name}`)
}

function renderCluster(statement: string, database: string, cluster: string): string[] {
  const onCluster = `ON CLUSTER '${cluster}'`
  const qualified = (text: string): string => text.replace(NAME, (_all, name: string) => `${database}.${name}`)
  const altered = /^ALTER (SHARDED |STORED )?TABLE \{\{(\w+)\}\}/u.exec(statement)
  if (altered !== null) {
    const [head, kind, name] = altered as unknown as [string, string | undefined, string]
    const names = [...(kind === undefined ? [] : [`${name}_local`]), ...(kind === 'STORED ' ? [] : [name])]
    return names.map((own) => qualified(`ALTER TABLE ${database}.${own} ${onCluster}${statement.slice(head.length)}`))
  }
  const subject = /^(CREATE (?:TABLE IF NOT EXISTS|MATERIALIZED VIEW IF NOT EXISTS|OR REPLACE VIEW)) \{\{(\w+)\}\}/u.exec(statement)
  if (subject === null) fail(`a migration statement begins otherwise than expected: ${statement.slice(0, 80)}`)
  const [head, verb, name] = subject
  const rest = statement.slice(head.length)
  if (verb.includes('VIEW')) return [qualified(`${verb} ${database}.${name} ${onCluster}${rest}`)]
  const engine = ENGINE.exec(statement)
  if (engine === null) fail(`the table ${name} has no engine`)
  const [, spread, family, argument] = engine as unknown as [string, string, string, string | undefined]
  if (spread === 'local') return [qualified(`${verb} ${database}.${name} ${onCluster}${rest.replace(ENGINE, family)}`)]
  const isSharded = spread === 'sharded'
  const own = isSharded ? `${name}_local` : name
  const path = isSharded ? `'/clickhouse/tables/{shard}/${database}/${own}', '{replica}'` : `'/clickhouse/tables/all/${database}/${own}', '{shard}-{replica}'`
  const replicated = `Replicated${family}(${path}${argument === undefined ? '' : `, ${argument}`})`
  const table = qualified(`${verb} ${database}.${own} ${onCluster}${rest.replace(ENGINE, replicated)}`)
  if (!isSharded) return [table]
  return [table, `${verb} ${database}.${name} ${onCluster} AS ${database}.${own} ENGINE = Distributed('${cluster}', '${database}', '${own}', ${SHARDING_KEY})`]
}

function fail(message: string): never {
  throw new Error(message)
}
