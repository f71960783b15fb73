export { BatchSettings, SinkSettings } from './sink-settings.js'
export { type SinkParts, startSink } from './start-sink.js'
