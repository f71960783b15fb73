/**
 * Where each UTF-16 unit of a rewritten text came from in its source.
 * `starts[i]`/`ends[i]` bound the source units that unit `i` stands for; both never decrease, so
 * spans keep their order. `undefined` arrays mean the text is unchanged.
 */
export class OffsetMap {
  private constructor(
    private readonly starts: readonly number[] | undefined,
    private readonly ends: readonly number[] | undefined,
    readonly sourceLength: number,
  ) {}

  static identity(length: number): OffsetMap {
    return new OffsetMap(undefined, undefined, length)
  }

  static of(starts: readonly number[], ends: readonly number[], sourceLength: number): OffsetMap {
    return new OffsetMap(starts, ends, sourceLength)
  }

  /** Source offset where a span starting at `from` begins. */
  sourceStart(from: number): number {
    if (this.starts === undefined) return from
    return from < this.starts.length ? this.starts[from] : this.sourceLength
  }

  /** Source offset where a span ending before `to` ends. An empty span stays empty. */
  sourceEnd(to: number): number {
    if (this.ends === undefined) return to
    return to === 0 ? this.sourceStart(0) : this.ends[to - 1]
  }
}
