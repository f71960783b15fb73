import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { calibrate, compileAll, coverageOf, editorSchemas, fewExamples, formatFault, isDialogue, MIN_UTTERANCES, parseDialogue, policeRules, type RuleFault, slowPatterns, testRules, THRESHOLDS_FILE, uniqueFaults } from '@yuzhi/rules'
import { Call, jsonSchemas, type Role } from '@yuzhi/schemas'
import { type Context, UserError } from '../context.js'
import { openShelf } from '../open-shelf.js'
import { readLines } from '../read-lines.js'
import { renderTable } from '../table.js'

export interface RulesOptions {
  standard?: string
}

export interface TryOptions extends RulesOptions {
  role: Role
}

export async function checkCommand(context: Context, { standard }: RulesOptions): Promise<number> {
  const { say, print } = context
  const { rubrics, faults } = compileAll(openShelf(context, standard))
  const errors = faults.filter(({ severity }) => severity === 'error')
  const warnings = uniqueFaults([...faults.filter(({ severity }) => severity === 'warning'), ...rubrics.flatMap(({ rules }) => [...rules.faults, ...fewExamples(rules), ...slowPatterns(rules)])])
  if (warnings.length > 0) context.log(warnings.map((fault) => `${say('warning')} ${formatFault(fault, context.lang)}`).join('\n'))
  if (errors.length > 0) {
    await print(`${told(errors, context)}\n${say('faults', { count: errors.length })}\n`)
    return 1
  }
  await print(`${say('no_faults', { standards: rubrics.map(({ id }) => `${id.id}@${id.version} (${id.hash})`).join(', ') })}\n`)
  return 0
}

function told(faults: readonly RuleFault[], { lang }: Context): string {
  return faults.map((fault) => formatFault(fault, lang)).join('\n')
}

export async function testCommand(context: Context, { standard }: RulesOptions): Promise<number> {
  const { say, print } = context
  const asked = openShelf(context, standard).ruleSets.map((rules) => rules.standard.id)
  // Whether a shared signal is used, all standards know together.
  const { rubrics, faults } = compileAll(openShelf(context, undefined))
  const failures = [...faults]
  const used = new Set(rubrics.flatMap(({ signals }) => [...signals.used]))
  for (const rubric of rubrics.filter(({ id }) => asked.includes(id.id))) {
    const { passed, failed } = testRules(rubric)
    const owed = policeRules(rubric, used)
    failures.push(...failed, ...owed)
    await print(`${say('tests', { standard: rubric.id.id, passed, failed: failed.length + owed.length })}\n`)
  }
  if (failures.length > 0) await print(`${told(uniqueFaults(failures), context)}\n`)
  return failures.length > 0 ? 1 : 0
}

export async function listCommand(context: Context, { standard }: RulesOptions): Promise<number> {
  const { say } = context
  const { rubrics, faults } = compileAll(openShelf(context, standard))
  for (const { id, rules } of rubrics) {
    const clauses = rules.clauses.map((clause) => [clause.id, clause.title, clause.dimension, String(clause.share ?? ''), clause.deduct === undefined ? '' : `-${clause.deduct}`])
    const signals = [...rules.signals].map(([name, { title, role, hits }]) => [name, title ?? '', role ?? 'agent', String(hits?.length ?? 0)])
    await context.print(`${id.id}@${id.version}\n\n${renderTable([say('col_clause'), say('col_title'), say('col_dimension'), say('col_share'), say('col_deduct')], clauses)}\n\n${renderTable([say('col_signal'), say('col_title'), say('col_role'), say('col_hits')], signals)}\n`)
  }
  if (faults.length > 0) context.log(told(faults, context))
  return faults.length > 0 ? 1 : 0
}

export async function coverageCommand(context: Context, { standard }: RulesOptions): Promise<number> {
  const { say, print } = context
  let isComplete = true
  for (const rules of openShelf(context, standard).ruleSets) {
    const { decided, observable, missing, unobservable, extra, title, standard: id } = coverageOf(rules)
    isComplete &&= missing.length === 0
    const lines = [`${id} ${title}: ${decided}/${observable}`]
    for (const clause of missing) lines.push(`  ${say('missing')}: ${clause.id} ${clause.title}`)
    for (const clause of unobservable) lines.push(`  ${say('unobservable')}: ${clause.id} ${clause.title}`)
    for (const clause of extra) lines.push(`  ${say('extra_clause')}: ${clause}`)
    await print(`${lines.join('\n')}\n`)
  }
  return isComplete ? 0 : 1
}

/** Which signals an utterance or a dialogue has: what a rule's author tries wordings with. */
export async function tryCommand(context: Context, text: string, { standard, role }: TryOptions): Promise<number> {
  const { say } = context
  const dialogue = text.replaceAll('\\n', '\n')
  const call = isDialogue(dialogue) ? parseDialogue(dialogue) : Call.parse({ call_id: 'try', started_at: '2026-03-12T10:00:00+08:00', turns: [{ role, text }] })
  const shelf = openShelf(context, standard)
  const unused = new Set(shelf.ruleSets.flatMap(({ signals }) => [...signals.keys()]))
  for (const rules of shelf.ruleSets) {
    const { signals } = shelf.compile(rules)
    for (const name of signals.names) unused.delete(name)
    const analysed = signals.analyse(call)
    const rows = signals.names.flatMap((name) =>
      signals.resolve(name, []).occurrences(analysed).map(({ how, utterance, from, to, detail, margin }) => [
        name, rules.signals.get(name)?.title ?? '', how, utterance < 0 ? '' : analysed.utterances[utterance].text.slice(from, to), margin === undefined ? detail : `+${margin.toFixed(3)}`,
      ]),
    )
    await context.print(`${rules.standard.id}\n${renderTable([say('col_signal'), say('col_title'), say('col_how'), say('col_words'), say('col_by')], rows, context.width)}\n`)
  }
  // One standard by itself does not use all that is shared.
  if (standard === undefined && unused.size > 0) context.log(say('unused_signals', { names: [...unused].join(', ') }))
  return 0
}

export interface CalibrateOptions {
  standard: string
  background: string[]
  dryRun?: boolean
}

/** Sets the thresholds of learned signals on somebody's own calls, shows what changes, and writes them beside the standard. */
export async function calibrateCommand(context: Context, { standard, background, dryRun }: CalibrateOptions): Promise<number> {
  const { say, print, log } = context
  const shelf = openShelf(context, standard)
  const [rules] = shelf.ruleSets
  const { calls, rejected } = await readCalls(background)
  for (const fault of rejected) log(fault)
  const calibrations = calibrate(shelf.compile(rules), calls)
  const judged = calibrations.filter(({ utterances }) => utterances >= MIN_UTTERANCES)
  if (judged.length === 0) throw new UserError(say('too_few_utterances', { least: MIN_UTTERANCES }))
  const rows = judged
    .sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift))
    .map(({ signal, title, wanted, before, after, shift, changed }) => [signal, title, String(wanted), String(before), String(after), shift.toFixed(3), changed.join(' / ')])
  await print(`${renderTable([say('col_signal'), say('col_title'), say('col_wanted'), say('col_before'), say('col_after'), say('col_shift'), say('col_nearest')], rows, context.width)}\n`)
  if (dryRun !== true) {
    const file = path.join(rules.folder, THRESHOLDS_FILE)
    const lines = judged.map(({ signal, shift }) => `  ${signal}: ${shift}`).sort()
    writeFileSync(file, `# Written by \`yuzhi rules calibrate\` from ${calls.length} calls: added to the trained thresholds.\nthresholds:\n${lines.join('\n')}\n`)
    await print(`${file}\n`)
  }
  return rejected.length > 0 ? 1 : 0
}

async function readCalls(files: readonly string[]): Promise<{ calls: Call[]; rejected: string[] }> {
  const calls: Call[] = []
  const rejected: string[] = []
  for (const file of files) {
    for await (const { number, bytes } of readLines(file)) {
      const parsed = Call.safeParse(bytes === undefined ? undefined : parseJson(bytes))
      if (parsed.success) calls.push(parsed.data)
      else rejected.push(`${file}:${number}: ${parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')}`)
    }
  }
  return { calls, rejected }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Writes JSON Schemas of rule files, calls and scores to a folder. */
export async function schemaCommand({ print }: Context, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const schemas = { ...editorSchemas(), ...jsonSchemas() }
  for (const [name, schema] of Object.entries(schemas)) writeFileSync(path.join(folder, name), `${JSON.stringify(schema, undefined, 2)}\n`)
  await print(`${Object.keys(schemas).map((name) => path.join(folder, name)).join('\n')}\n`)
  return 0
}
