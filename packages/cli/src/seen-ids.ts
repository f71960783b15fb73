import { createHash } from 'node:crypto'

/** Which call ids have come before: 16 bytes an id (half of SHA-256), so that long inputs fit. */
export class SeenIds {
  private words = new Uint32Array(4 * 4096)
  private count = 0

  /** Enters an id; true where it was there already. */
  has(id: string): boolean {
    if (this.count * 2 * 4 >= this.words.length) this.grow()
    const digest = createHash('sha256').update(id).digest()
    const key = [digest.readUInt32LE(0) | 1, digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)].map((word) => word >>> 0)
    const isNew = this.enter(key)
    if (isNew) this.count++
    return !isNew
  }

  /** A first word of 0 marks an empty slot; keys are odd there. */
  private enter(key: readonly number[]): boolean {
    const slots = this.words.length / 4
    for (let slot = key[1] % slots; ; slot = (slot + 1) % slots) {
      const at = slot * 4
      if (this.words[at] === 0) {
        this.words.set(key, at)
        return true
      }
      if (key.every((word, i) => this.words[at + i] === word)) return false
    }
  }

  private grow(): void {
    const old = this.words
    this.words = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += 4) if (old[at] !== 0) this.enter([...old.subarray(at, at + 4)])
  }
}
