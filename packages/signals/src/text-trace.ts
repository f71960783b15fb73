const BITS = 1 << 14
const HASH = 0x9e3779b1

/** Which units and pairs of units texts hold, a bit each: what it denies is not there, what it affirms may be. */
export class TextTrace {
  private readonly bits = new Uint32Array(BITS / 32)

  add(text: string): void {
    const { bits } = this
    let before = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      const single = placeOf(0, unit)
      const pair = placeOf(before, unit)
      bits[single >>> 5] |= 1 << (single & 31)
      bits[pair >>> 5] |= 1 << (pair & 31)
      before = unit
    }
  }

  /** May the texts hold one of the literals? */
  mayHold({ places, ends }: SoughtLiterals): boolean {
    const { bits } = this
    let from = 0
    for (const end of ends) {
      let at = from
      while (at < end && (bits[places[at] >>> 5] & (1 << (places[at] & 31))) !== 0) at++
      if (at === end) return true
      from = end
    }
    return false
  }
}

/** Literals as their places in a trace: those of one up to each end. */
export interface SoughtLiterals {
  places: readonly number[]
  ends: readonly number[]
}

/** Literals to be asked for, none of them empty. */
export function soughtIn(literals: readonly string[]): SoughtLiterals {
  const places: number[] = []
  const ends: number[] = []
  for (const literal of literals) {
    if (literal.length === 1) places.push(placeOf(0, literal.charCodeAt(0)))
    for (let i = 1; i < literal.length; i++) places.push(placeOf(literal.charCodeAt(i - 1), literal.charCodeAt(i)))
    ends.push(places.length)
  }
  return { places, ends }
}

function placeOf(first: number, second: number): number {
  return Math.imul((first << 16) | second, HASH) >>> 18
}
