import type { RuleSet } from './load-rules.js'

export interface Coverage {
  standard: string
  title: string
  /** Observable clauses of the catalogue that the rules decide, of how many. */
  decided: number
  observable: number
  missing: { id: string; title: string }[]
  unobservable: { id: string; title: string }[]
  /** Clauses of the rules that the catalogue does not know. */
  extra: string[]
}

/** Which clauses of its catalogue a standard decides. */
export function coverageOf({ standard, clauses }: RuleSet): Coverage {
  const decided = new Set(clauses.map(({ id }) => id))
  const known = new Set(standard.catalogue.map(({ id }) => id))
  const isUnobservable = ({ seen_in: seenIn }: { seen_in: readonly string[] }): boolean => seenIn.every((where) => where === 'unobservable')
  const observable = standard.catalogue.filter((clause) => !isUnobservable(clause))
  const missing = observable.filter(({ id }) => !decided.has(id))
  return {
    standard: standard.id,
    title: standard.title,
    decided: observable.length - missing.length,
    observable: observable.length,
    missing: missing.map(({ id, title }) => ({ id, title })),
    unobservable: standard.catalogue.filter(isUnobservable).map(({ id, title }) => ({ id, title })),
    extra: [...decided].filter((id) => !known.has(id)),
  }
}
