export { ScorerSettings } from './scorer-settings.js'
export { inputOf, positionOf } from './judge-batch.js'
export { type ScorerParts, startScorer } from './start-scorer.js'
