import { type Call, type FaultText, type Role, wordingOf } from '@yuzhi/schemas'
import { type Segmenter, SyllableTable } from '@yuzhi/text'
import { type AnalysedCall, analyseCall } from './analysed-call.js'
import type { Detect, Resolved, SignalRef } from './detector.js'
import { type CompiledSignal, occurrencesOf, refusedMarks } from './occurrences-of.js'
import { PhraseBook, type PhraseMatcher } from './phrases/phrase-book.js'
import { didYouMean } from './did-you-mean.js'
import { nearestName } from './nearest-name.js'
import { DETECTORS, SignalSpec } from './signal-spec.js'
import { type Background, learn, type Lesson } from './similar/learner.js'
import type { TrainedCache } from './similar/trained-cache.js'
import type { SimilarModel } from './similar/similar-model.js'

/** What signals are compiled with; all of it can change an outcome. */
export interface SignalEnvironment {
  segmenter: Segmenter
  synonyms: Readonly<Record<string, readonly string[]>>
  background: Background
  /** Added to the trained thresholds of learned signals, by name. */
  shifts?: ReadonlyMap<string, number> | undefined
  /** Changes nothing but the time that compiling takes. */
  cache?: TrainedCache | undefined
  /** Names whose signals could not be read, which was reported already. */
  broken?: ReadonlySet<string> | undefined
}

/** A mistake of the author; `path` starts with the signal's name. */
export type ReportFault = (path: readonly (string | number)[], text: FaultText) => void

/** Signals ready to be looked for. Nothing in it changes while calls are read, but its scratch memory. */
export interface SignalSet {
  names: readonly string[]
  /** A signal by name or written in place (for clauses); unknown names are reported. */
  resolve: (ref: SignalRef, path: readonly (string | number)[]) => Resolved
  /** To be called once, after the last `resolve`: builds the automaton and trains the models. */
  finish: () => void
  /** Signals that others use, by name. */
  used: ReadonlySet<string>
  analyse: (call: Call) => AnalysedCall
  /** `analyse` of each, a fifth faster for a hundred: what one step reads stays in the processor's cache until all calls have taken it. */
  analyseAll: (calls: readonly Call[]) => AnalysedCall[]
  /** The learned models, for inspection. */
  models: () => ReadonlyMap<Role, SimilarModel>
}

/** Compiles signals. Faults are reported, all of them; the set is only usable if there were none. */
export function compileSignals(specs: ReadonlyMap<string, SignalSpec>, environment: SignalEnvironment, report: ReportFault): SignalSet {
  const compiler = new SignalCompiler(specs, environment, report)
  for (const name of specs.keys()) compiler.compileNamed(name)
  compiler.reportCycles()
  return compiler
}

interface Taught {
  lesson: Lesson
  role: Role | 'any'
}

class SignalCompiler implements SignalSet {
  readonly used = new Set<string>()
  private readonly numbers = new Map<string, number>()
  private readonly signals: CompiledSignal[] = []
  private readonly uses = new Map<string, Set<string>>()
  private readonly book = new PhraseBook()
  private readonly taught: Taught[] = []
  private matcher: PhraseMatcher | undefined
  private nextNumber: number
  private readonly learned = new Map<Role, { model: SimilarModel; lessons: number[] }>()

  constructor(
    private readonly specs: ReadonlyMap<string, SignalSpec>,
    private readonly environment: SignalEnvironment,
    private readonly report: ReportFault,
  ) {
    for (const name of specs.keys()) this.numbers.set(name, this.numbers.size)
    this.nextNumber = specs.size
  }

  get names(): readonly string[] {
    return [...this.specs.keys()]
  }

  resolve(ref: SignalRef, path: readonly (string | number)[], roleOfParent: Role | 'any' = 'agent', user?: string, isException = false): Resolved {
    if (typeof ref === 'string') return this.resolveName(ref, path, user)
    const parsed = SignalSpec.safeParse(ref, { reportInput: true })
    if (!parsed.success) {
      for (const issue of parsed.error.issues) this.report([...path, ...issue.path.map(asKey)], wordingOf(issue))
      return { name: '', role: 'agent', occurrences: () => [] }
    }
    const number = this.nextNumber++
    const role = parsed.data.role ?? roleOfParent
    this.signals[number] = this.compile(parsed.data, '', role, path, user, isException)
    return { name: '', role, occurrences: this.reader(number) }
  }

  compileNamed(name: string): void {
    const spec = this.specs.get(name)
    const number = this.numbers.get(name)
    if (spec === undefined || number === undefined) return
    this.signals[number] = this.compile(spec, name, spec.role ?? 'agent', [name], name)
  }

  finish(): void {
    this.matcher = this.book.compile(new SyllableTable())
    // What anybody may say is learned with what each side says: one more model would read every utterance once more.
    const roles = new Set(this.taught.flatMap(({ role }): Role[] => (role === 'any' ? ['agent', 'customer'] : [role])))
    for (const role of roles) {
      const lessons = this.taught.flatMap((taught, number) => (taught.role === role || taught.role === 'any' ? [number] : []))
      this.learned.set(role, { model: learn(lessons.map((number) => this.taught[number].lesson), this.environment.background, this.environment.cache, this.environment.shifts), lessons })
    }
  }

  models(): ReadonlyMap<Role, SimilarModel> {
    return new Map([...this.learned].map(([role, { model }]) => [role, model]))
  }

  analyse(call: Call): AnalysedCall {
    return this.analyseAll([call])[0]
  }

  analyseAll(calls: readonly Call[]): AnalysedCall[] {
    const analysed = calls.map((call) => analyseCall(call, this.environment.segmenter))
    for (const call of analysed) this.matchPhrases(call)
    for (const [role, { model, lessons }] of this.learned) for (const call of analysed) matchSimilar(call, role, model, lessons)
    return analysed
  }

  private matchPhrases({ utterances, phrases }: AnalysedCall): void {
    for (const utterance of utterances) {
      this.matcher?.match(utterance, (group, { from, to, bySound, source }) => {
        push(phrases, group, { utterance: utterance.index, from, to, how: bySound ? 'sound' : 'phrase', marks: 0, confidence: 1, detail: source })
      })
    }
  }

  /** Signals that lead back to themselves can never be decided. */
  reportCycles(): void {
    for (const name of this.specs.keys()) {
      const seen = new Set<string>()
      const open = [...(this.uses.get(name) ?? [])]
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (next === name) {
          this.report([name], { message: `"${name}" depends on itself`, zh: `“${name}” 绕回了它自己` })
          break
        }
        if (seen.has(next)) continue
        seen.add(next)
        open.push(...(this.uses.get(next) ?? []))
      }
    }
  }

  private resolveName(name: string, path: readonly (string | number)[], user: string | undefined): Resolved {
    const number = this.numbers.get(name)
    if (number === undefined) {
      if (this.environment.broken?.has(name) === true) return { name, role: 'agent', occurrences: () => [] }
      const hint = didYouMean(nearestName(name, this.names))
      this.report(path, { message: `unknown signal "${name}"${hint.message}`, zh: `没有信号 “${name}”${hint.zh}` })
      return { name, role: 'agent', occurrences: () => [] }
    }
    if (user !== name) this.used.add(name)
    if (user !== undefined) this.uses.set(user, (this.uses.get(user) ?? new Set()).add(name))
    return { name, role: this.specs.get(name)?.role ?? 'agent', occurrences: this.reader(number) }
  }

  private reader(number: number): Detect {
    return (call) => (call.seen[number] ??= occurrencesOf(this.signals[number], call))
  }

  private compile(spec: SignalSpec, name: string, role: Role | 'any', path: readonly (string | number)[], user: string | undefined, isException = false): CompiledSignal {
    const detectors = DETECTORS.filter(({ key }) => spec[key] !== undefined)
    if (detectors.length === 0) {
      const keys = DETECTORS.map(({ key }) => key).join(', ')
      this.report(path, { message: `says nothing to look for: give at least one of ${keys}`, zh: `没有说要找什么：至少写一个 ${keys}` })
    }
    const lesson = { signal: name, family: spec.family, hits: spec.hits ?? [], misses: spec.misses ?? [], falseAlarms: 1, backgrounds: [] }
    return {
      role,
      refused: refusedMarks(spec.accept),
      minConfidence: spec.min_confidence ?? 0,
      except: spec.except === undefined ? undefined : this.resolve(spec.except, [...path, 'except'], role, user, true).occurrences,
      detectors: detectors.map(({ key, combines, compile }) => ({
        combines,
        detect: compile(spec[key] as never, {
          signal: name,
          role,
          isException,
          lesson: spec.hits === undefined ? undefined : lesson,
          backgrounds: Object.keys(this.environment.background),
          synonyms: this.environment.synonyms,
          phrases: this.book,
          teach: (taught) => this.taught.push({ lesson: taught, role }) - 1,
          resolve: (ref, at) => this.resolve(ref, [...path, key, ...at], role, user),
          fault: (at, text) => {
            this.report([...path, key, ...at], text)
          },
        }),
      })),
    }
  }
}

/** The system speaks like the agent; of its words signals of the agent are not counted (`occurrencesOf`). */
function matchSimilar({ utterances, similar }: AnalysedCall, role: Role, model: SimilarModel, lessons: readonly number[]): void {
  for (const utterance of utterances) {
    if (role !== utterance.role && !(role === 'agent' && utterance.role === 'system')) continue
    model.match(utterance, (signal, { from, to, margin }) => {
      push(similar, lessons[signal], { utterance: utterance.index, from, to, how: 'similar', marks: 0, confidence: 1, detail: '', margin })
    })
  }
}

function push<T>(lists: (T[] | undefined)[], index: number, value: T): void {
  const known = lists[index]
  if (known === undefined) lists[index] = [value]
  else known.push(value)
}

function asKey(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? key.toString() : key
}
