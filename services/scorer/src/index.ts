export { ScorerSettings } from './scorer-settings.js'
export { type ScorerParts, startScorer } from './start-scorer.js'
