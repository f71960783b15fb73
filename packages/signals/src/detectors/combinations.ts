import { z } from 'zod'
import { type Detector, type Resolved, type Scope, type SignalRef, SignalRefSpec } from '../detector.js'
import { inOrder, type Occurrence } from '../occurrence.js'
import { findInPlace, isInPlace, Place, roleOf } from '../place.js'

const Refs = z.array(SignalRefSpec).min(1)

function resolveAll(refs: readonly SignalRef[], { resolve }: Scope): Resolved[] {
  return refs.map((ref, index) => resolve(ref, [index]))
}

/** One of several signals. */
export const any: Detector<SignalRef[]> = {
  key: 'any',
  spec: Refs,
  combines: true,
  compile(refs, scope) {
    const members = resolveAll(refs, scope)
    return (call) => {
      let found: readonly Occurrence[] = []
      for (const member of members) {
        const more = member.occurrences(call)
        if (more.length > 0) found = found.length === 0 ? more : [...found, ...more]
      }
      return found
    }
  },
}

/** All signals somewhere in the call; seen where the first of them is. */
export const all: Detector<SignalRef[]> = {
  key: 'all',
  spec: Refs,
  combines: true,
  compile(refs, scope) {
    const members = resolveAll(refs, scope)
    return (call) => {
      const found = members.map((member) => member.occurrences(call))
      return found.every((occurrences) => occurrences.length > 0) ? found[0] : []
    }
  },
}

/** None of the signals in the whole call. */
export const none: Detector<SignalRef[]> = {
  key: 'none',
  spec: Refs,
  combines: true,
  compile(refs, scope) {
    const members = resolveAll(refs, scope)
    return (call) => (members.every((member) => member.occurrences(call).length === 0) ? [wholeCall] : [])
  },
}

const wholeCall: Occurrence = { utterance: -1, from: 0, to: 0, how: 'metadata', marks: 0, confidence: 1, detail: '' }

/** Signals one after the other; seen where the last of them is. */
export const sequence: Detector<SignalRef[]> = {
  key: 'sequence',
  spec: z.array(SignalRefSpec).min(2),
  combines: true,
  compile(refs, scope) {
    const members = resolveAll(refs, scope)
    return (call) => {
      const chain: Occurrence[] = []
      for (const member of members) {
        const next = member.occurrences(call).find((found) => chain.length === 0 || inOrder(chain[chain.length - 1], found) < 0)
        if (next === undefined) return []
        chain.push(next)
      }
      const last = chain[chain.length - 1]
      return [{ ...last, parts: chain.slice(0, -1) }]
    }
  },
}

const Count = z.strictObject({ of: Refs, at_least: z.int().nonnegative().optional(), at_most: z.int().nonnegative().optional(), different: z.boolean().default(false).describe('Count signals seen, not how often') })

/** N of: a signal seen so often, or so many of several signals seen at all. */
export const count: Detector<z.infer<typeof Count>> = {
  key: 'count',
  spec: Count,
  combines: true,
  compile({ of, at_least: atLeast = 0, at_most: atMost = Infinity, different }, { resolve }) {
    const members = of.map((ref, index) => resolve(ref, ['of', index]))
    return (call) => {
      const found = members.map((member) => member.occurrences(call))
      const number = different ? found.filter(({ length }) => length > 0).length : found.reduce((sum, { length }) => sum + length, 0)
      if (number < atLeast || number > atMost) return []
      return number === 0 ? [wholeCall] : found.flat()
    }
  },
}

const Near = Place.extend({ signal: SignalRefSpec, with: SignalRefSpec.optional(), without: SignalRefSpec.optional() })

/** A signal that has (`with`) or lacks (`without`) another one near it: after, before, around it, in the same utterance. */
export const near: Detector<z.infer<typeof Near>> = {
  key: 'near',
  spec: Near,
  combines: true,
  compile({ signal, with: wanted, without, ...place }, { resolve, fault }) {
    if ((wanted === undefined) === (without === undefined)) fault([], { message: 'give either "with" or "without"', zh: '“with” 和 “without” 写且只写一个' })
    const isWanted = wanted !== undefined
    const members = resolve(signal, ['signal'])
    const partner = wanted ?? without
    const partners = partner === undefined ? undefined : resolve(partner, [isWanted ? 'with' : 'without'])
    // Somebody speaks in every call: what must stand beside that is looked for first.
    const isEverywhere = isWanted && typeof signal === 'object' && 'timing' in signal
    return (call) => {
      if (isEverywhere && partners?.occurrences(call).length === 0) return []
      const all = members.occurrences(call)
      const others = all.length === 0 ? [] : (partners?.occurrences(call) ?? [])
      if (others.length === 0) return isWanted ? [] : all
      return all.flatMap((found) => {
        const other = findInPlace(call, place, others, found, 1).at(0)
        if (!isWanted) return other === undefined ? [found] : []
        return other === undefined ? [] : [{ ...found, parts: [...(found.parts ?? []), other] }]
      })
    }
  },
}

const Placed = Place.extend({ signal: SignalRefSpec })

/** A signal at a place of the call: its opening or closing. */
export const placed: Detector<z.infer<typeof Placed>> = {
  key: 'placed',
  spec: Placed,
  combines: true,
  compile({ signal, ...place }, { resolve }) {
    const member = resolve(signal, ['signal'])
    return (call) => member.occurrences(call).filter((found) => isInPlace(call, place, found, roleOf(call, found), undefined))
  },
}
