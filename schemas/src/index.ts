export { Agent, Call, Customer, Role, Turn } from './call.js'
export { callJsonSchema, scoreJsonSchema } from './json-schema.js'
export { parseCall, type ParsedCall, type Rejected } from './parse-call.js'
export { ClauseResult, Evidence, Outcome, RubricId, Score } from './score.js'
