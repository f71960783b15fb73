export { IntakeSettings } from './intake-settings.js'
export { type IntakeParts, startIntake } from './start-intake.js'
