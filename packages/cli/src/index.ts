export { formatRejected, type LineResult, scoreLines } from './score-lines.js'
export { readLines } from './read-lines.js'
export { SeenIds } from './seen-ids.js'
export { speaker } from './messages.js'
