import { type Command, Option } from 'commander'
import type { LettersLsOptions } from './commands/dead-letter-ls.ts'
import type { ReplayOptions } from './commands/dead-letter-replay.ts'
import { collect } from './collect.ts'
import { logLevels } from './report/log.ts'
import type { ParkedLsOptions, ReleaseOptions, SkipOptions } from './commands/parked.ts'
import type { Finish, Shell } from './shell.ts'

const lsExamples = `
Examples:
  millrace dead-letter ls rejected.jsonl
  millrace dead-letter ls rejected.jsonl --stage parse --json

Lines that are no dead letters are named on standard error; the others are counted.`

const replayExamples = `
Examples:
  millrace dead-letter replay rejected.jsonl job.yaml --dry-run
  millrace dead-letter replay rejected.jsonl job.yaml --code EXP_TYPE
  millrace dead-letter replay rejected.jsonl job.yaml --stage source

Each dead letter enters the job at the stage where it failed, with its event time and origin; the
sources are not read. Results go to files of their own: out.jsonl becomes out.replay-1.jsonl, and
what fails again goes to rejected.replay-1.jsonl. What was replayed is written to
rejected.jsonl.replayed when all is safe, and skipped the next time.
To mend a line that could not be read, correct its "raw", or put a "record" there.`

const parkedExamples = `
Examples:
  millrace parked ls orders.parked.jsonl
  millrace parked release orders.parked.jsonl --key customer=c-17
  millrace parked skip orders.parked.jsonl --stage charge

The job is orders.yaml where its parked file is orders.parked.jsonl and no other is named.`

const releaseExamples = `
Examples:
  millrace parked release orders.parked.jsonl
  millrace parked release orders.parked.jsonl orders.yaml --stage charge --key customer=c-17

Each record enters the job at the stage or sink that holds it, in the order in which it came.
Results go to files of their own: out.jsonl becomes out.replay-1.jsonl. A record that fails again
is parked again, with those behind it.`

const skipExamples = `
Examples:
  millrace parked skip orders.parked.jsonl --key customer=c-17
  millrace parked skip orders.parked.jsonl orders.yaml --all

Records that failed become dead letters with the code PARKED_SKIPPED, in a file of their own:
dead.jsonl becomes dead.replay-1.jsonl. Those that wait behind them stay parked, to be released;
with --all they are given up too.`

/** Options of every command that feeds letters into a job. */
function withFeed(command: Command, dryRun: string): Command {
  return command
    .argument('[job]', 'the job file; without it the usual names are tried')
    .option('-c, --config <file>', 'the job file, as an option')
    .option('-o, --output <[id=]file>', 'write this file, or - for stdout (repeatable)', collect)
    .option('-s, --set <path=value>', 'override a value of the job file (repeatable)', collect)
    .option('--strict', 'take warnings of the job file for faults')
    .option('-n, --dry-run', dryRun)
    .option('--json', 'print what happened as JSON')
    .option('-q, --quiet', 'print nothing but errors')
    .addOption(new Option('--log-level <level>', 'lowest level of log lines').choices(logLevels))
    .option('--fail-on-dead-letter', 'exit with 1 when records fail again')
}

/** Adds `dead-letter ls` and `dead-letter replay`. */
export function addDeadLetter(program: Command, shell: Shell, finish: Finish): void {
  const command = program.command('dead-letter').description('look at dead letters, replay them')
  command
    .command('ls')
    .description('count the dead letters of a file by code and stage')
    .argument('<file>', 'what a deadLetter sink wrote, as JSON lines')
    .option('--code <code>', 'only those with this error code')
    .option('--stage <id>', 'only those of this source, stage or sink')
    .option('--json', 'print as JSON')
    .addHelpText('after', lsExamples)
    .action(async (file: string, options: LettersLsOptions) => {
      const { deadLetterLsCommand } = await import('./commands/dead-letter-ls.ts')
      finish(await deadLetterLsCommand(file, options, shell))
    })
  const replay = command
    .command('replay')
    .description('feed the dead letters of a file back into the job, each once')
    .argument('<file>', 'what a deadLetter sink wrote, as JSON lines')
    .option('--code <code>', 'only those with this error code')
    .option('--stage <id>', 'only those of this source, stage or sink')
  withFeed(replay, 'say what would be replayed, and do nothing')
    .addHelpText('after', replayExamples)
    .action(async (file: string, job: string | undefined, options: ReplayOptions) => {
      const { deadLetterReplayCommand } = await import('./commands/dead-letter-replay.ts')
      finish(await deadLetterReplayCommand(file, job, options, shell))
    })
}

function withParkedFilter(command: Command): Command {
  return command
    .argument('<file>', 'what a job parked, as JSON lines')
    .option('--stage <id>', 'only those of this stage or sink')
    .option('--key <name=value>', 'only those of this key (repeatable)', collect)
}

/** Adds `parked ls`, `parked release` and `parked skip`. */
export function addParked(program: Command, shell: Shell, finish: Finish): void {
  const command = program
    .command('parked')
    .description('look at parked records, let them go')
    .addHelpText('after', parkedExamples)
  withParkedFilter(command.command('ls').description('count what is parked by stage and key'))
    .option('--json', 'print as JSON')
    .action(async (file: string, options: ParkedLsOptions) => {
      const { parkedLsCommand } = await import('./commands/parked.ts')
      finish(await parkedLsCommand(file, options, shell))
    })
  const release = command.command('release').description('feed parked records back, in order')
  withFeed(withParkedFilter(release), 'say what would be released, and do nothing')
    .addHelpText('after', releaseExamples)
    .action(async (file: string, job: string | undefined, options: ReleaseOptions) => {
      const { parkedReleaseCommand } = await import('./commands/parked.ts')
      finish(await parkedReleaseCommand(file, job, options, shell))
    })
  const skip = command.command('skip').description('give parked records up, as dead letters')
  withFeed(withParkedFilter(skip), 'say what would be skipped, and do nothing')
    .option('--all', 'also those that were not tried yet')
    .addHelpText('after', skipExamples)
    .action(async (file: string, job: string | undefined, options: SkipOptions) => {
      const { parkedSkipCommand } = await import('./commands/parked.ts')
      finish(await parkedSkipCommand(file, job, options, shell))
    })
}
