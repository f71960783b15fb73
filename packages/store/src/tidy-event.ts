type Fields = Record<string, unknown>

const EVENT = new Set(['call_id', 'standard', 'rubric', 'score', 'grade', 'fatal', 'base', 'clauses', 'doubt', 'source', 'position', 'scored_at', 'call', 'turns', 'rest', 'only_history'])
const RUBRIC = new Set(['id', 'version', 'hash'])
const CLAUSE = new Set(['id', 'outcome', 'times', 'points', 'reason', 'evidence', 'confidence'])
const TURN = new Set(['role', 'text', 'start_ms', 'end_ms', 'rest'])

/** The event with every field that has no column moved to `rest`; the same bytes where there is none, or no JSON object. */
export function tidyEvent(bytes: Uint8Array): Uint8Array {
  const event = parse(bytes)
  if (event === undefined) return bytes
  const [known, rest] = divide(event, EVENT)
  const clauses = objects(known.clauses).map((clause) => divide(clause, CLAUSE))
  const turns = objects(known.turns).map((turn) => divide(turn, TURN))
  const [rubric, restOfRubric] = divide(isObject(known.rubric) ? known.rubric : {}, RUBRIC)
  const further = {
    ...(isObject(known.rest) ? known.rest : {}),
    ...rest,
    ...(isEmpty(restOfRubric) ? {} : { rubric: restOfRubric }),
    ...(clauses.every(([, more]) => isEmpty(more)) ? {} : { clauses: Object.fromEntries(clauses.flatMap(([clause, more]) => (isEmpty(more) ? [] : [[String(clause.id), more]]))) }),
  }
  if (isEmpty(further) && turns.every(([, more]) => isEmpty(more))) return bytes
  return Buffer.from(JSON.stringify({
    ...known,
    ...(isObject(known.rubric) ? { rubric } : {}),
    ...(Array.isArray(known.clauses) ? { clauses: clauses.map(([clause]) => clause) } : {}),
    ...(Array.isArray(known.turns) ? { turns: turns.map(([turn, more]) => (isEmpty(more) ? turn : { ...turn, rest: { ...(isObject(turn.rest) ? turn.rest : {}), ...more } })) } : {}),
    ...(isEmpty(further) ? {} : { rest: further }),
  }))
}

function parse(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objects(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0
}

function divide(fields: Fields, known: ReadonlySet<string>): [Fields, Fields] {
  const entries = Object.entries(fields)
  return [Object.fromEntries(entries.filter(([name]) => known.has(name))), Object.fromEntries(entries.filter(([name]) => !known.has(name)))]
}
