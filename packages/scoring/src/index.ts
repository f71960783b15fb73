export { openRuleBook, type RuleBook, type RuleBookOptions } from './rule-book.js'
export { type Input, type NoScore, type Scored, scoreInput, scoreInputs } from './score-input.js'
export { openScoringPool, type PoolOptions, RulesBroken, type ScoringPool } from './scoring-pool.js'
