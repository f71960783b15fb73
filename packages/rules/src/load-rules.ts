import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { ClauseSpec } from '@yuzhi/clauses'
import { didYouMean, nearestName, SignalSpec } from '@yuzhi/signals'
import { ClausesFrame, SignalsFrame, StandardFile, ThresholdsFile } from './rule-files.js'
import { RuleError, type RuleFault } from './rule-fault.js'
import { type Path, YamlFile } from './yaml-file.js'

/** The rules of one standard as read from its files, and where each of them stands. */
export interface RuleSet {
  folder: string
  standard: StandardFile
  signals: Map<string, SignalSpec>
  clauses: ClauseSpec[]
  /** Added to the trained thresholds of learned signals, by name. */
  shifts: Map<string, number>
  /** Names of signals that are there but could not be read; using them is no further mistake. */
  broken: ReadonlySet<string>
  /** Position of part of a signal or a clause: the path starts with its name or id. */
  locate: (path: Path) => { file: string; line: number; column: number }
  faults: RuleFault[]
}

/** Beside `standard.yaml`, written by calibration. */
export const THRESHOLDS_FILE = 'thresholds.yaml'

interface Origin {
  file: YamlFile
  path: Path
}

/** Folders of signals that were read already, for standards that share them. */
export type SignalFolders = Map<string, SignalFile[]>

interface SignalFile {
  file: YamlFile
  /** By name; undefined where a signal could not be read. */
  specs: Map<string, SignalSpec | undefined>
}

/** The id of the standard in a folder, without the rest; undefined where it cannot be read. */
export function standardId(folder: string): string | undefined {
  return new YamlFile(path.join(folder, 'standard.yaml')).parse(StandardFile)?.id
}

/** Reads `standard.yaml`, `signals/*.yaml` and `clauses/*.yaml` of a folder and of those it uses, which stand beside it, else in `library`. */
export function loadRules(folder: string, known: SignalFolders = new Map(), library?: string): RuleSet {
  const file = path.join(folder, 'standard.yaml')
  if (!existsSync(file)) throw new RuleError([{ file, line: 0, column: 0, message: 'a standard is a folder with a standard.yaml', zh: '规范是一个含有 standard.yaml 的文件夹', severity: 'error' }])
  const standardFile = new YamlFile(file)
  const standard = standardFile.parse(StandardFile)
  if (standard === undefined) throw new RuleError(standardFile.faults)
  const origins = new Map<string, Origin>()
  const files = [standardFile]
  const signals = new Map<string, SignalSpec>()
  const clauses: ClauseSpec[] = []
  for (const [index, name] of standard.uses.entries()) {
    const used = [path.join(folder, '..', name), ...(library === undefined ? [] : [path.join(library, name)])].find((candidate) => existsSync(candidate))
    if (used !== undefined) files.push(...addSignals(used, signals, origins, known))
    else standardFile.report(['uses', index], { message: `no folder "${name}" beside this standard`, zh: `这个规范旁边没有文件夹 “${name}”` })
  }
  files.push(...addSignals(folder, signals, origins, known), ...readClauses(folder, clauses, origins, standard))
  return {
    folder,
    standard,
    signals,
    clauses,
    shifts: readShifts(folder, signals, files),
    broken: new Set([...origins].filter(([name, { path: [kind] }]) => kind === 'signals' && !signals.has(name)).map(([name]) => name)),
    locate: ([name, ...rest]) => {
      const origin = origins.get(String(name))
      return origin === undefined ? standardFile.locate([name, ...rest]) : origin.file.locate([...origin.path, ...rest])
    },
    faults: files.flatMap(({ faults }) => faults),
  }
}

/** Names that no signal has are reported. */
function readShifts(folder: string, signals: ReadonlyMap<string, SignalSpec>, files: YamlFile[]): Map<string, number> {
  const name = path.join(folder, THRESHOLDS_FILE)
  if (!existsSync(name)) return new Map()
  const file = new YamlFile(name)
  files.push(file)
  const shifts = new Map(Object.entries(file.parse(ThresholdsFile)?.thresholds ?? {}))
  for (const signal of shifts.keys()) if (signals.get(signal)?.similar === undefined) file.report(['thresholds', signal], { message: `no signal "${signal}" that learns; calibrate again`, zh: `没有学习相似说法的信号 “${signal}”；请重新校准` })
  return shifts
}

function addSignals(folder: string, signals: Map<string, SignalSpec>, origins: Map<string, Origin>, known: SignalFolders): YamlFile[] {
  const files = known.get(folder) ?? readSignals(folder)
  known.set(folder, files)
  for (const { file, specs } of files) {
    for (const [name, spec] of specs) {
      if (origins.has(name)) file.report(['signals', name], { message: `signal "${name}" stands in ${origins.get(name)?.file.file ?? ''} already`, zh: `信号 “${name}” 在 ${origins.get(name)?.file.file ?? ''} 中已有` })
      origins.set(name, { file, path: ['signals', name] })
      if (spec !== undefined) signals.set(name, spec)
    }
  }
  return files.map(({ file }) => file)
}

function readSignals(folder: string): SignalFile[] {
  return yamlFiles(path.join(folder, 'signals')).map((file) => {
    const names = Object.keys(file.parse(SignalsFrame)?.signals ?? {})
    return { file, specs: new Map(names.map((name) => [name, file.parse(SignalSpec, ['signals', name])])) }
  })
}

function readClauses(folder: string, clauses: ClauseSpec[], origins: Map<string, Origin>, { dimensions }: StandardFile): YamlFile[] {
  return yamlFiles(path.join(folder, 'clauses')).map((file) => {
    for (const index of (file.parse(ClausesFrame)?.clauses ?? []).keys()) {
      const at = ['clauses', index]
      const clause = file.parse(ClauseSpec, at)
      if (clause === undefined) continue
      if (origins.has(clause.id)) file.report([...at, 'id'], { message: `clause "${clause.id}" stands in ${origins.get(clause.id)?.file.file ?? ''} already`, zh: `条款 “${clause.id}” 在 ${origins.get(clause.id)?.file.file ?? ''} 中已有` })
      if (!(clause.dimension in dimensions)) {
        const hint = didYouMean(nearestName(clause.dimension, Object.keys(dimensions)))
        const known = Object.keys(dimensions)
        file.report([...at, 'dimension'], {
          message: `unknown dimension "${clause.dimension}"${hint.message === '' ? `: there are ${known.join(', ')}` : hint.message}`,
          zh: `没有维度 “${clause.dimension}”${hint.zh === '' ? `；现有：${known.join('、')}` : hint.zh}`,
        })
      }
      origins.set(clause.id, { file, path: at })
      clauses.push(clause)
    }
    return file
  })
}

function yamlFiles(folder: string): YamlFile[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/u.test(name))
  return names.sort().map((name) => new YamlFile(path.join(folder, name)))
}
