/** Punctuation or a space: what stands between clauses. */
export const SEPARATOR = /[\s，,。？！；?!;、：:]/u
