import { expect, it } from 'vitest'
import { unknownSettings } from './unknown-settings.js'

it('names variables that are no setting but nearly one, and leaves those of others alone', () => {
  const environment = { SCORER_TREADS: '4', SCORER_THREADS: '4', KAFKA_SASL_PASSWORD_FILE: '/secret', SINK_SERVICE_HOST: '10.0.0.1', PATH: '/bin', YUZHI_SETTINGS: 'a.yaml', YUZHI_SETTING: 'a.yaml' }
  expect(unknownSettings(environment, ['SCORER_THREADS', 'SINK_GROUP', 'KAFKA_SASL_PASSWORD'])).toEqual([{ name: 'SCORER_TREADS', meant: 'SCORER_THREADS' }, { name: 'YUZHI_SETTING', meant: 'YUZHI_SETTINGS' }])
})
