const HASH = 0x9e3779b1
/** Places are of so many bits; a smaller trace reads the upper ones. */
const PLACE_BITS = 16

/** Which units and pairs of units texts hold, a bit each: what it denies is not there, what it affirms may be. */
export class TextTrace {
  private readonly bits: Uint32Array
  private readonly shift: number

  /** `size`: 2 to the power of it are the bits, at most 16. */
  constructor(size: number) {
    this.bits = new Uint32Array((1 << size) >> 5)
    this.shift = PLACE_BITS - size
  }

  add(text: string): void {
    let before = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      this.set(placeOf(0, unit) >>> this.shift)
      this.set(placeOf(before, unit) >>> this.shift)
      before = unit
    }
  }

  /** May the texts hold one of the literals? */
  mayHold({ places, ends }: SoughtLiterals): boolean {
    let from = 0
    for (const end of ends) {
      let at = from
      while (at < end && this.has(places[at] >>> this.shift)) at++
      if (at === end) return true
      from = end
    }
    return false
  }

  /** May they hold one of each? */
  mayHoldAll(sought: readonly SoughtLiterals[]): boolean {
    for (const literals of sought) if (!this.mayHold(literals)) return false
    return true
  }

  private set(place: number): void {
    this.bits[place >>> 5] |= 1 << (place & 31)
  }

  private has(place: number): boolean {
    return (this.bits[place >>> 5] & (1 << (place & 31))) !== 0
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
  return Math.imul((first << 16) | second, HASH) >>> (32 - PLACE_BITS)
}
