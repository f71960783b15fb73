import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Call } from '@yuzhi/schemas'
import { nearestName, type TrainedCache } from '@yuzhi/signals'
import { jiebaSegmenter } from '@yuzhi/text'
import { loadLanguage } from './language.js'
import { loadRules, type RuleSet, type SignalFolders, standardId } from './load-rules.js'
import { compileRubric, type Rubric } from './rubric.js'

/**
 * The rubrics of a configuration folder. Several versions of one standard may stand side by side
 * in folders of their own; the call's date decides. Rubrics are compiled when first needed.
 */
export class Shelf {
  private readonly compiled = new Map<string, Rubric>()
  private readonly language
  private readonly segmenter

  private constructor(
    readonly ruleSets: readonly RuleSet[],
    folder: string,
    private readonly cache: TrainedCache | undefined,
  ) {
    this.language = loadLanguage(folder)
    this.segmenter = jiebaSegmenter(this.language.words)
  }

  /** Reads every standard under `folder`/standards, or those with the id `only`. */
  static open(folder: string, only?: string, cache?: TrainedCache): Shelf {
    const standards = path.join(folder, 'standards')
    const folders = readdirSync(standards).filter((name) => existsSync(path.join(standards, name, 'standard.yaml'))).sort()
    const ids = folders.map((name) => standardId(path.join(standards, name)))
    const wanted = folders.filter((_, i) => only === undefined || ids[i] === only)
    if (wanted.length === 0) throw new UnknownStandard(only ?? '', ids.filter((id) => id !== undefined))
    const known: SignalFolders = new Map()
    return new Shelf(wanted.map((name) => loadRules(path.join(standards, name), known)), folder, cache)
  }

  /** The rubric for a call: the standard asked for, else the call's own, else by routing, the closest first; undefined where none fits. */
  pick(call: Call, asked: string | undefined): Rubric | undefined {
    const id = asked ?? call.standard
    const day = call.started_at.slice(0, 10)
    const fitting = this.ruleSets.filter(({ standard }) => (id === undefined ? takes(standard.routing, call) : standard.id === id) && isEffective(standard.effective, day))
    // Routing that asks for more attributes knows the call better; of versions the newest.
    const [best] = fitting.sort((a, b) => precision(b) - precision(a) || (b.standard.effective.from ?? '').localeCompare(a.standard.effective.from ?? ''))
    return (best as RuleSet | undefined) === undefined ? undefined : this.compile(best)
  }

  compile(rules: RuleSet): Rubric {
    let rubric = this.compiled.get(rules.folder)
    if (rubric === undefined) {
      rubric = compileRubric(rules, this.language, this.segmenter, this.cache)
      this.compiled.set(rules.folder, rubric)
    }
    return rubric
  }

  get standards(): string[] {
    return [...new Set(this.ruleSets.map(({ standard }) => standard.id))]
  }
}

export class UnknownStandard extends Error {
  readonly code = 'unknown_standard'
  readonly suggestion: string | undefined
  constructor(
    readonly asked: string,
    readonly known: readonly string[],
  ) {
    super(`unknown standard "${asked}"; there are: ${known.join(', ')}`)
    this.suggestion = nearestName(asked, known)
  }
}

function isEffective({ from, to }: { from?: string | undefined; to?: string | undefined }, day: string): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to)
}

/** How closely the routing of a standard describes the calls that it takes. */
function precision({ standard: { routing } }: RuleSet): number {
  return 2 * Object.keys(routing?.attributes ?? {}).length + (routing?.direction === undefined ? 0 : 1)
}

function takes(routing: RuleSet['standard']['routing'], { direction, attributes }: Call): boolean {
  if (routing === undefined) return false
  if (routing.direction?.includes(direction ?? 'unknown') === false) return false
  return Object.entries(routing.attributes ?? {}).every(([key, values]) => values.includes(attributes?.[key] ?? ''))
}
