/**
 * Open addressing from pairs (a whole number ≥ 0 and a UTF-16 unit) to whole numbers. All of a slot
 * lies side by side, for the processor's cache: the number of the pair (−1: empty), its unit, the
 * value, and a second value that is −1 unless its owner writes it.
 */
export class PairTable {
  slots: Int32Array
  private mask: number
  private count = 0

  constructor(expected: number) {
    let capacity = 1024
    while (capacity < expected) capacity *= 2
    this.slots = new Int32Array(capacity * 4).fill(-1)
    this.mask = capacity - 1
  }

  /** Where the pair's slot begins in `slots`, −1 where the pair is not there. */
  find(number: number, unit: number): number {
    const { slots, mask } = this
    for (let slot = hash(number, unit) & mask; ; slot = (slot + 1) & mask) {
      const at = slot << 2
      if (slots[at] === number && slots[at + 1] === unit) return at
      if (slots[at] < 0) return -1
    }
  }

  /** The pair's value, −1 where it is not there. */
  get(number: number, unit: number): number {
    const at = this.find(number, unit)
    return at < 0 ? -1 : this.slots[at + 2]
  }

  /** The pair must not be there yet. Returns where its slot begins, until the next `set`. */
  set(number: number, unit: number, value: number, second = -1): number {
    // Four fifths full: longer probes cost less than a table that leaves the cache.
    if (this.count * 5 > this.mask * 4) this.grow()
    let slot = hash(number, unit) & this.mask
    while (this.slots[slot << 2] >= 0) slot = (slot + 1) & this.mask
    const at = slot << 2
    this.slots[at] = number
    this.slots[at + 1] = unit
    this.slots[at + 2] = value
    this.slots[at + 3] = second
    this.count++
    return at
  }

  forEach(found: (number: number, unit: number, value: number) => void): void {
    const { slots } = this
    for (let at = 0; at < slots.length; at += 4) if (slots[at] >= 0) found(slots[at], slots[at + 1], slots[at + 2])
  }

  private grow(): void {
    const { slots } = this
    this.slots = new Int32Array(slots.length * 2).fill(-1)
    this.mask = slots.length / 2 - 1
    this.count = 0
    for (let at = 0; at < slots.length; at += 4) if (slots[at] >= 0) this.set(slots[at], slots[at + 1], slots[at + 2], slots[at + 3])
  }
}

function hash(number: number, unit: number): number {
  return Math.imul(Math.imul(number, 0x9e3779b1) ^ unit, 0x85ebca6b) >>> 7
}
