import type { EntityValue } from '../occurrence.js'

/** A value in a text; offsets are of that text. */
export interface Entity {
  from: number
  to: number
  value: EntityValue
}
