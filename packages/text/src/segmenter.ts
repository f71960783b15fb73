/** Finds the words of a text. Implementations are synchronous, deterministic and safe to share. */
export interface Segmenter {
  /**
   * The word edges of `text`: a table of `text.length + 1` entries, 1 where a word starts or ends.
   * Offsets are UTF-16 units.
   */
  edges(text: string): Uint8Array
  /** The words of `text`, in order, covering every unit. */
  words(text: string): Word[]
  /** Identifies dictionary contents; part of a rubric's hash. */
  readonly fingerprint: string
}

export interface Word {
  text: string
  start: number
  end: number
}
