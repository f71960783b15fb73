import { type Command, Option } from 'commander'
import { DEFAULT_DIR, port, wholeNumber } from './arguments.js'
import type { ConfigOptions } from './commands/settings.js'
import type { DeadLetterOptions } from './commands/dead-letters.js'
import type { ProduceOptions } from './commands/produce.js'
import type { WorkerOptions } from './commands/workers.js'
import type { Context } from './context.js'
import type { Say } from './messages.js'
import type { AddExamples } from './program.js'
import { untilStopped } from './until-stopped.js'

const KAFKA_PORT = 9092

/** Loaded when they run: Kafka's client and the threads that judge are nobody's who asks SQL. */
const workers = () => import('./commands/workers.js')
const deadLetters = () => import('./commands/dead-letters.js')

/** The commands of the stream: workers, and what goes into and comes out of them. */
export function addStream(program: Command, say: Say, context: () => Context, finish: (code: number) => void, examples: AddExamples): void {
  const worker = (name: string, description: string, run: 'upCommand' | 'scorerCommand' | 'sinkCommand'): Command =>
    program.command(name).description(description).option('--dir <dir>', say('opt_dir'), DEFAULT_DIR).option('--port <port>', say('opt_http_port'), port).action(async (options: WorkerOptions) => {
      finish(await (await workers())[run](context(), options, process.env))
    })
  const up = worker('up', say('up'), 'upCommand').option('--kafka', say('opt_kafka'))
  examples(up, 'up --dir data', 'up --kafka', "curl -sS localhost:8080/v1/calls --data-binary @calls.jsonl", 'sql "SELECT call_id, score FROM calls" --dir data')
  examples(worker('scorer', say('scorer'), 'scorerCommand'), 'scorer', 'config scorer')
  examples(worker('sink', say('sink'), 'sinkCommand'), 'sink', 'sink --dir data')

  const produce = program.command('produce').description(say('produce')).argument('<file...>').option('--topic <topic>', say('opt_topic')).action(async (files: string[], options: ProduceOptions) => {
    const { produceCommand } = await import('./commands/produce.js')
    finish(await produceCommand(context(), files, options, process.env))
  })
  examples(produce, 'produce calls.jsonl', 'produce - --topic calls.transcripts < calls.jsonl')

  const letters = program.command('dlq').description(say('dlq'))
  const letter = (name: string, description: string): Command => letters.command(name).description(description).option('--dir <dir>', say('opt_letters_dir')).option('--code <code>', say('opt_code')).option('--all', say('opt_all_letters'))
  examples(letter('list', say('dlq_list')).option('--n <count>', say('opt_n'), wholeNumber).action(async (options: DeadLetterOptions) => {
    finish(await (await deadLetters()).listLettersCommand(context(), options, process.env))
  }), 'dlq list', 'dlq list --code invalid_json')
  examples(letter('show', say('dlq_show')).argument('<id>').action(async (id: string, options: DeadLetterOptions) => {
    finish(await (await deadLetters()).showLetterCommand(context(), id, options, process.env))
  }), 'dlq show 0/17')
  examples(letter('replay', say('dlq_replay')).argument('[id...]').option('--rekey', say('opt_rekey')).action(async (ids: string[], options: DeadLetterOptions) => {
    finish(await (await deadLetters()).replayLettersCommand(context(), ids, options, process.env))
  }), 'dlq replay --code unknown_standard', 'dlq replay 0/17 3/4', 'dlq replay --code wrong_key --rekey')

  const dev = program.command('dev').description(say('dev'))
  examples(dev.command('kafka').description(say('dev_kafka_about')).option('--dir <dir>', say('opt_kafka_dir'), 'data/kafka').option('--port <port>', say('opt_port'), port, KAFKA_PORT).action(async (options: { dir: string; port: number }) => {
    const { devKafkaCommand } = await import('./commands/dev.js')
    finish(await devKafkaCommand(context(), options, untilStopped()))
  }), 'dev kafka', 'dev kafka --port 9092 --dir /tmp/kafka')

  examples(program.command('config').description(say('config_about')).argument('[service]').addOption(new Option('--format <format>', say('opt_format')).choices(['table', 'md']).default('table')).option('--check', say('opt_check')).action(async (service: string | undefined, options: ConfigOptions) => {
    const { configCommand } = await import('./commands/settings.js')
    finish(await configCommand(context(), service, options, process.env))
  }), 'config', 'config scorer', 'config sink --check')
}
