import { Command, Option } from 'commander'
import { day, DEFAULT_DIR, wholeNumber } from './arguments.js'
import type { Context, GlobalOptions } from './context.js'
import { inChinese } from './command-errors.js'
import { explainCommand, type ExplainOptions } from './commands/explain.js'
import { calibrateCommand, type CalibrateOptions, checkCommand, coverageCommand, listCommand, type RulesOptions, schemaCommand, testCommand, tryCommand, type TryOptions } from './commands/rules.js'
import { scoreCommand, type ScoreOptions } from './commands/score.js'
import { worstCommand, type WorstOptions } from './commands/worst.js'
import { type Lang, type Say, speaker } from './messages.js'
import { addStore } from './program-store.js'
import { addStream } from './program-stream.js'

/** Adds examples to the help of a command. */
export type AddExamples = (command: { addHelpText: (position: 'after', text: string) => unknown }, ...lines: string[]) => void

/** The command line; `finish` receives the exit code of the command that ran. */
export function buildProgram(lang: Lang, makeContext: (options: GlobalOptions) => Context, isTerminal: boolean, finish: (code: number) => void): Command {
  const say = speaker(lang)
  const program = new Command('yuzhi').description(say('program')).configureOutput({ outputError: (text, write) => { write(lang === 'zh' ? inChinese(text) : text) } })
  const globals = program
    .addOption(new Option('--lang <lang>', say('lang')).choices(['zh', 'en']).default('zh'))
    .option('--config <dir>', say('config'))
  const context = (): Context => {
    return makeContext(globals.opts<GlobalOptions>())
  }
  const examples: AddExamples = (command, ...lines) => {
    command.addHelpText('after', `\n${say('examples')}:\n${lines.map((line) => `  $ ${line.startsWith('curl ') ? line : `yuzhi ${line}`}`).join('\n')}`)
  }

  const score = program
    .command('score')
    .description(say('score'))
    .argument('<file...>')
    .option('--standard <id>', say('opt_standard'))
    .addOption(new Option('--format <format>', say('opt_format')).choices(['jsonl', 'table']).default(isTerminal ? 'table' : 'jsonl'))
    .option('--into <dir>', say('opt_into'))
    .action(async (files: string[], options: ScoreOptions) => {
      finish(await scoreCommand(context(), files, options))
    })
  examples(score, 'score calls.jsonl --standard hotline', 'score a.jsonl b.jsonl --into data', 'score - --format jsonl < calls.jsonl > scores.jsonl')

  const explain = program
    .command('explain')
    .description(say('explain'))
    .argument('[file]')
    .option('--call <id>', say('opt_call'))
    .option('--standard <id>', say('opt_standard'))
    .option('--dir <dir>', say('opt_explain_dir'))
    .action(async (file: string | undefined, options: ExplainOptions) => {
      finish(await explainCommand(context(), file, options))
    })
  examples(explain, 'explain calls.jsonl', 'explain calls.jsonl --call C-1024 --standard hotline', 'explain --call C-1024 --dir data')

  addRules(program, say, context, finish, examples)

  const worst = program
    .command('worst')
    .description(say('worst'))
    .option('--n <count>', say('opt_n'), wholeNumber, 20)
    .option('--since <day>', say('opt_since'), day)
    .option('--clause <id>', say('opt_clause'))
    .option('--agent <id>', say('opt_agent'))
    .option('--dir <dir>', say('opt_dir'), DEFAULT_DIR)
    .action(async (options: WorstOptions) => {
      finish(await worstCommand(context(), options))
    })
  examples(worst, 'worst --n 10', 'worst --since 2026-03-01 --clause hotline.taboo.contempt')

  addStore(program, say, context, finish, examples)
  addStream(program, say, context, finish, examples)
  program.command('demo').description(say('demo')).action(async () => {
    const { demoCommand } = await import('./commands/demo.js')
    finish(await demoCommand(context()))
  })
  examples(program, 'demo', 'score calls.jsonl --into data', 'worst', 'explain calls.jsonl --call C-1024', 'rules test')
  return program
}

function addRules(
  program: Command,
  say: Say,
  context: () => Context,
  finish: (code: number) => void,
  examples: AddExamples,
): void {
  const rules = program.command('rules').description(say('rules'))
  const commands = { check: checkCommand, test: testCommand, list: listCommand, coverage: coverageCommand }
  for (const [name, run] of Object.entries(commands)) {
    const command = rules
      .command(name)
      .description(say(`rules_${name as keyof typeof commands}`))
      .option('--standard <id>', say('opt_standard'))
      .action(async (options: RulesOptions) => {
        finish(await run(context(), options))
      })
    examples(command, `rules ${name}`, `rules ${name} --standard hotline`)
  }
  const attempt = rules
    .command('try')
    .description(say('rules_try'))
    .argument('<text>')
    .option('--standard <id>', say('opt_standard'))
    .addOption(new Option('--role <role>', say('opt_role')).choices(['agent', 'customer', 'system']).default('agent'))
    .action(async (text: string, options: TryOptions) => {
      finish(await tryCommand(context(), text, options))
    })
  examples(attempt, 'rules try 不知道您是否方便', 'rules try "客服: 请稍等\\n客户: 好的" --standard hotline')
  const calibration = rules
    .command('calibrate')
    .description(say('rules_calibrate'))
    .requiredOption('--standard <id>', say('opt_standard'))
    .requiredOption('--background <files...>', say('opt_background'))
    .option('--dry-run', say('opt_dry_run'))
    .action(async (options: CalibrateOptions) => {
      finish(await calibrateCommand(context(), options))
    })
  examples(calibration, 'rules calibrate --standard hotline --background calls.jsonl', 'rules calibrate --standard hotline --background calls.jsonl --dry-run')
  const schema = rules
    .command('schema')
    .description(say('rules_schema'))
    .argument('[dir]', '', 'config/schema')
    .action(async (dir: string) => {
      finish(await schemaCommand(context(), dir))
    })
  examples(schema, 'rules schema', 'rules schema /tmp/schemas')
}
