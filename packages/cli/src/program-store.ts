import { type Command, Option } from 'commander'
import { day, DEFAULT_DIR, outcomeOf, parameter, port, wholeNumber } from './arguments.js'
import { exportCommand, forgetCommand, type ForgetOptions, importCommand, migrateCommand, reviewCommand, type ReviewOptions } from './commands/keep.js'
import type { ReportOptions } from './commands/report.js'
import { diffCommand, publishCommand, rescoreCommand, type RescoreOptions, rubricsCommand } from './commands/rescore.js'
import { serveCommand, type ServeOptions } from './commands/serve.js'
import { SQL_FORMATS, sqlCommand, type SqlOptions } from './commands/sql.js'
import { type Context, UserError } from './context.js'
import type { Say } from './messages.js'
import type { AddExamples } from './program.js'
import { untilStopped } from './until-stopped.js'

const HTTP_PORT = 8123

/** The commands that work on stored calls. */
export function addStore(program: Command, say: Say, context: () => Context, finish: (code: number) => void, examples: AddExamples): void {
  const command = (name: string, description: string): Command => program.command(name).description(description).option('--dir <dir>', say('opt_dir'), DEFAULT_DIR)

  const sql = command('sql', say('sql'))
    .argument('[select]')
    .addOption(new Option('--format <format>', say('opt_format')).choices(Object.keys(SQL_FORMATS)).default('table'))
    .addOption(new Option('--param <name=value>', say('opt_param')).argParser(parameter))
    .addOption(new Option('--serve', say('opt_serve')).conflicts(['param', 'format']))
    .option('--host <address>', say('opt_host'), '127.0.0.1')
    .option('--port <port>', say('opt_port'), port, HTTP_PORT)
    .option('--user <name>', say('opt_user'), 'reader')
    .option('--password-file <file>', say('opt_password_file'))
    .action(async (select: string | undefined, options: SqlOptions & ServeOptions & { serve?: boolean }) => {
      if (options.serve === true && select !== undefined) throw new UserError(say('sql_or_serve'))
      if (options.serve === true) finish(await serveCommand(context(), options, process.env, untilStopped()))
      else if (select === undefined) throw new UserError(say('sql_what'))
      else finish(await sqlCommand(context(), select, options))
    })
  examples(sql, 'sql "SELECT grade, count() FROM calls GROUP BY grade"', `sql "SELECT * FROM findings WHERE outcome = 'violated' LIMIT 5" --format json --dir data`, 'sql "SELECT * FROM calls WHERE agent_id = {agent:String}" --param agent=H-031 --format excel > agent.csv', 'sql --serve --password-file secret.txt')

  const report = command('report', say('report'))
    .option('--day <day>', say('opt_day'), day)
    .option('--days <count>', say('opt_days'), wholeNumber, 1)
    .option('--standard <id>', say('opt_report_standard'))
    .addOption(new Option('--format <format>', say('opt_format')).choices(['html', 'md']).default('html'))
    .option('--out <file>', say('opt_out'))
    .action(async (options: ReportOptions) => {
      // It draws charts, with a library that takes longer to load than most commands run.
      const { reportCommand } = await import('./commands/report.js')
      finish(await reportCommand(context(), options))
    })
  examples(report, 'report', 'report --day 2026-03-31 --days 31 --out march.html', 'report --standard hotline --format md > report.md')

  const review = command('review', say('review'))
    .argument('<call>')
    .requiredOption('--clause <id>', say('opt_clause_of'))
    .option('--overturn', say('opt_overturn'))
    .option('--confirm', say('opt_confirm'))
    .addOption(new Option('--to <outcome>', say('opt_to')).argParser(outcomeOf))
    .option('--words <text>', say('opt_words'))
    .option('--turn <number>', say('opt_turn'), wholeNumber)
    .option('--note <text>', say('opt_note'))
    .option('--reviewer <name>', say('opt_reviewer'))
    .action(async (call: string, options: ReviewOptions) => {
      finish(await reviewCommand(context(), call, options))
    })
  examples(review, 'review C-1024 --clause hotline.taboo.deny --overturn --note "引用客户原话"', 'review C-1024 --clause 及时道谢 --overturn --to 不适用', 'review C-1024 --clause 顶撞 --overturn --words "那您问苹果去啊"')

  const rescore = command('rescore', say('rescore'))
    .requiredOption('--rubric <name>', say('opt_rubric'))
    .option('--since <day>', say('opt_since'), day)
    .action(async (options: RescoreOptions) => {
      finish(await rescoreCommand(context(), options))
    })
  examples(rescore, 'rescore --rubric hotline@1.1.0 --since 2026-03-01', 'rescore --rubric drafts/hotline')

  const diff = command('diff', say('diff'))
    .argument('<old>')
    .argument('<new>')
    .addOption(new Option('--format <format>', say('opt_format')).choices(['table', 'json']).default('table'))
    .action(async (oldName: string, newName: string, options: { dir: string; format: 'table' | 'json' }) => {
      finish(await diffCommand(context(), oldName, newName, options))
    })
  examples(diff, 'diff hotline@1.0.0 hotline@1.1.0', 'diff 3f2a 9bc1 --format json')

  const simple = {
    publish: publishCommand,
    export: exportCommand,
    import: importCommand,
  }
  for (const [name, run] of Object.entries(simple)) {
    const made = command(name, say(name as keyof typeof simple))
      .argument(name === 'publish' ? '<rubric>' : '<folder>')
      .action(async (argument: string, options: { dir: string }) => {
        finish(await run(context(), argument, options))
      })
    examples(made, name === 'publish' ? 'publish hotline@1.1.0' : `${name} backup`)
  }
  command('rubrics', say('rubrics')).action(async (options: { dir: string }) => {
    finish(await rubricsCommand(context(), options))
  })
  command('migrate', say('migrate')).action(async (options: { dir: string }) => {
    finish(await migrateCommand(context(), options))
  })
  const forget = command('forget', say('forget'))
    .option('--customer <id>', say('opt_customer'))
    .option('--call <id>', say('opt_call_id'))
    .action(async (options: ForgetOptions) => {
      finish(await forgetCommand(context(), options))
    })
  examples(forget, 'forget --customer c30835', 'forget --call C-1024')
}
