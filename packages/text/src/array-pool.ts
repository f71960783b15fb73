const CHUNK = 1 << 16

/**
 * Hands out zeroed pieces of larger arrays. Every typed array of its own is an allocation outside
 * the heap that V8 collects with the whole heap; calls need hundreds of small ones.
 */
export function arrayPool<T extends { subarray: (from: number, to: number) => T }>(create: (length: number) => T): (length: number) => T {
  let chunk = create(CHUNK)
  let used = 0
  return (length) => {
    if (length > CHUNK / 4) return create(length)
    if (used + length > CHUNK) {
      chunk = create(CHUNK)
      used = 0
    }
    used += length
    return chunk.subarray(used - length, used)
  }
}
