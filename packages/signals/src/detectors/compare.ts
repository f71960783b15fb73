import { z } from 'zod'
import { type Detector, SignalRefSpec } from '../detector.js'
import type { EntityValue, Occurrence } from '../occurrence.js'


const Spec = z.strictObject({
  left: SignalRefSpec,
  right: SignalRefSpec,
  relation: z.enum(['same', 'different', 'adds_up', 'does_not_add_up', 'change']).describe(
    'same/different: each value of left is (not) among those of right; adds_up: the values of right sum to the last of left; change: left = the last but one of right minus the last',
  ),
})
type Spec = z.infer<typeof Spec>

/** Checks values against each other: restated numbers, bills, change. Signals without values show nothing. */
export const compare: Detector<Spec> = {
  key: 'compare',
  spec: Spec,
  combines: true,
  compile({ left, right, relation }, { resolve }) {
    const leftSide = resolve(left, ['left'])
    const rightSide = resolve(right, ['right'])
    return (call) => {
      const stated = valued(leftSide.occurrences(call))
      const reference = valued(rightSide.occurrences(call))
      if (stated.length === 0 || reference.length === 0) return []
      const chosen = choose(relation, stated, reference)
      return chosen.map((found) => ({ ...found, parts: reference }))
    }
  },
}

type Valued = Occurrence & { value: EntityValue }

function valued(occurrences: readonly Occurrence[]): Valued[] {
  return occurrences.filter((found): found is Valued => found.value !== undefined)
}

function choose(relation: Spec['relation'], stated: readonly Valued[], reference: readonly Valued[]): Valued[] {
  const last = stated[stated.length - 1]
  const sum = reference.reduce((total, { value }) => total + magnitude(value), 0)
  switch (relation) {
    case 'same':
      return stated.filter(({ value }) => reference.some((other) => isSame(value, other.value)))
    case 'different':
      return stated.filter(({ value }) => reference.some((other) => other.value.type === value.type) && !reference.some((other) => isSame(value, other.value)))
    case 'adds_up':
      return isClose(sum, magnitude(last.value)) ? [last] : []
    case 'does_not_add_up':
      return isClose(sum, magnitude(last.value)) ? [] : [last]
    case 'change':
      return reference.length >= 2 && isClose(magnitude(last.value), magnitude(reference[reference.length - 2].value) - magnitude(reference[reference.length - 1].value)) ? [last] : []
  }
}

const CENT = 0.005

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) < CENT
}

/** 七点 is 晚上七点 to those who agree on it. */
const HALF_DAY = 720

/** Two readings of one value; the last digits of a number stand for the whole (尾号八八). */
function isSame(a: EntityValue, b: EntityValue): boolean {
  if (a.type === 'phone' && b.type === 'phone') return a.digits.endsWith(b.digits) || b.digits.endsWith(a.digits)
  if (a.type === 'time' && b.type === 'time') return a.minutes % HALF_DAY === b.minutes % HALF_DAY
  if (a.type === 'date' && b.type === 'date') return dayOfMonth(a.day) === dayOfMonth(b.day)
  return a.type === b.type && key(a) === key(b)
}

/** 二号 says no month; two days a month apart are not confused in one call. */
function dayOfMonth(day: string): string {
  return day.slice(8)
}

function key(value: EntityValue): string {
  const [, content] = Object.values(value) as (string | number)[]
  return String(content)
}

function magnitude(value: EntityValue): number {
  switch (value.type) {
    case 'amount':
      return value.yuan
    case 'time':
      return value.minutes
    case 'duration':
      return value.seconds
    case 'number':
      return value.value
    default:
      return Number.NaN
  }
}
