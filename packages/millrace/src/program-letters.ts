import { type Command, Option } from 'commander'
import type { LettersLsOptions } from './commands/dead-letter-ls.ts'
import type { ReplayOptions } from './commands/dead-letter-replay.ts'
import { collect } from './collect.ts'
import { logLevels } from './report/log.ts'
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
