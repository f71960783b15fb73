import { type AST, RegExpParser } from '@eslint-community/regexpp'

/** More strings than this say too little to be looked for one by one. */
const MAX_STRINGS = 64
/** A character of a text is a given one about this often. */
const CHANCE = 1 / 50

/**
 * Sets of strings: every match of a regular expression holds at least one of each; none where there are none such, or the
 * expression is not one of the platform's. `(?:卡|证)[^，]{0,4}还[您你]` needs 卡 or 证, and 还您 or 还你.
 */
export function requiredLiterals(pattern: string): readonly (readonly string[])[] {
  try {
    return ofAlternatives(new RegExpParser().parsePattern(pattern, undefined, undefined, { unicode: true }).alternatives).needed
  } catch {
    return []
  }
}

/** What is known of the texts that a part of an expression matches. */
interface Known {
  /** All of them, where they are few. */
  exact: readonly string[] | undefined
  /** Sets of strings: each text holds at least one of each set. */
  needed: readonly (readonly string[])[]
}

const NOTHING: Known = { exact: undefined, needed: [] }

function ofAlternatives(alternatives: readonly AST.Alternative[]): Known {
  const all = alternatives.map(({ elements }) => ofSequence(elements.map(ofElement)))
  if (all.length === 1) return all[0]
  const needed = union(all.map((each) => rarest(each.needed)))
  return { exact: union(all.map(({ exact }) => exact)), needed: needed === undefined ? [] : [shortest(needed)] }
}

function ofSequence(parts: readonly Known[]): Known {
  const sets: (readonly (readonly string[])[])[] = []
  let run: readonly string[] = ['']
  let isWhole = true
  for (const { exact, needed } of parts) {
    const longer = exact === undefined ? undefined : product(run, exact)
    if (longer !== undefined) {
      run = longer
      continue
    }
    isWhole = false
    sets.push(needing(run), needed)
    run = exact ?? ['']
  }
  sets.push(needing(run))
  return { exact: isWhole ? run : undefined, needed: sets.flat() }
}

function ofElement(element: AST.Element): Known {
  switch (element.type) {
    case 'Character':
      return exactly([String.fromCodePoint(element.value)])
    case 'CharacterClass':
      return ofClass(element)
    case 'Group':
      return element.modifiers === null ? ofAlternatives(element.alternatives) : NOTHING
    case 'CapturingGroup':
      return ofAlternatives(element.alternatives)
    case 'Assertion':
      return exactly([''])
    case 'Quantifier':
      return ofQuantifier(element)
    default:
      return NOTHING
  }
}

function ofClass({ negate, elements }: AST.CharacterClass): Known {
  if (negate) return NOTHING
  const characters: string[] = []
  for (const element of elements) {
    if (element.type !== 'Character' && element.type !== 'CharacterClassRange') return NOTHING
    const [from, to] = element.type === 'Character' ? [element.value, element.value] : [element.min.value, element.max.value]
    if (characters.length + to - from >= MAX_STRINGS) return NOTHING
    for (let code = from; code <= to; code++) characters.push(String.fromCodePoint(code))
  }
  return exactly(characters)
}

function ofQuantifier({ min, max, element }: AST.Quantifier): Known {
  const { exact, needed } = ofElement(element)
  if (max === 1) return min === 1 ? { exact, needed } : { exact: union([[''], exact]), needed: [] }
  return { exact: undefined, needed: min === 0 ? [] : needed }
}

function exactly(strings: readonly string[]): Known {
  return { exact: strings, needed: needing(strings) }
}

/** Of strings the ones to be looked for: what holds another of them need not be. None where one is empty. */
function needing(strings: readonly string[]): readonly (readonly string[])[] {
  return strings.includes('') ? [] : [shortest(strings)]
}

function shortest(strings: readonly string[]): readonly string[] {
  return strings.filter((string) => !strings.some((other) => other !== string && string.includes(other)))
}

function union(sets: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const all = new Set<string>()
  for (const set of sets) {
    if (set === undefined) return undefined
    for (const string of set) all.add(string)
  }
  return all.size > MAX_STRINGS ? undefined : [...all]
}

function product(heads: readonly string[], tails: readonly string[]): readonly string[] | undefined {
  if (heads.length * tails.length > MAX_STRINGS) return undefined
  return [...new Set(heads.flatMap((head) => tails.map((tail) => head + tail)))]
}

/** The set of which a text holds one most seldom. */
function rarest(sets: readonly (readonly string[])[]): readonly string[] | undefined {
  const chanceOf = (set: readonly string[]): number => set.reduce((sum, { length }) => sum + CHANCE ** length, 0)
  return sets.length === 0 ? undefined : sets.reduce((best, set) => (chanceOf(set) < chanceOf(best) ? set : best))
}
