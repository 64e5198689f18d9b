import type { Command } from 'commander'
import type {
  AppendOptions,
  ShowOptions,
  StreamOptions,
  TailOptions,
} from './commands/streams/stream-options.ts'
import type { Finish, Shell } from './shell.ts'

const streamExamples = `
Examples:
  millrace stream ls
  millrace stream append orders '{"id": 1}'
  millrace stream tail orders --follow
  millrace stream show orders --group billing

Streams are in .millrace/streams of the working folder, unless --dir names another directory: that
of a job is beside its file.`

const appendExamples = `
Examples:
  millrace stream append orders '{"id": 1}'
  millrace stream append orders < orders.jsonl
  tail -f app.log | millrace stream append log --text
  millrace stream append orders --end

Without a value each line of standard input is one. What is appended is on the disk when the
command ends; lines in front of one that is no JSON stay appended, and the exit code is 1.`

const tailExamples = `
Examples:
  millrace stream tail orders
  millrace stream tail orders --follow | jq .id
  millrace stream tail orders --from earliest --limit 5 --json
  millrace stream tail orders --from 2026-01-31T12:00:00Z

Prints the last ten messages, one JSON value a line, or with --from those from there on. Takes
nothing from any group. With --follow it goes on until Ctrl-C, or until the stream is ended.`

const showExamples = `
Examples:
  millrace stream show orders
  millrace stream show orders --group billing --state dead

With --group also what became of each of the first messages for it: waiting, leased, done or dead.`

function withDir(command: Command): Command {
  return command.option('-d, --dir <folder>', 'directory of the streams (.millrace/streams)')
}

/** Adds `stream ls`, `stream show`, `stream append` and `stream tail`. */
export function addStream(program: Command, shell: Shell, finish: Finish): void {
  const command = program
    .command('stream')
    .description('look at durable streams, append to them')
    .addHelpText('after', streamExamples)
  withDir(command.command('ls').description('list the streams with their groups'))
    .option('--json', 'print as JSON')
    .action(async (options: StreamOptions) => {
      const { streamLsCommand } = await import('./commands/streams/stream-ls.ts')
      finish(await streamLsCommand(options, shell))
    })
  withDir(command.command('show').description('show a stream, its groups and its messages'))
    .argument('<name>', 'the stream')
    .option('-g, --group <name>', 'show messages as this group sees them')
    .option('--state <state>', 'with --group: only those waiting, leased, done or dead')
    .option('-n, --limit <count>', 'with --group: how many messages (20)')
    .option('--json', 'print as JSON')
    .addHelpText('after', showExamples)
    .action(async (name: string, options: ShowOptions) => {
      const { streamShowCommand } = await import('./commands/streams/stream-show.ts')
      finish(await streamShowCommand(name, options, shell))
    })
  withDir(command.command('append').description('append a value, or the lines of standard input'))
    .argument('<name>', 'the stream; made if there is none')
    .argument('[value]', 'a JSON value; without it standard input is read')
    .option('--text', 'values are plain text, not JSON')
    .option('--end', 'then end the stream: nothing more can be appended')
    .option('--json', 'print what was appended as JSON')
    .addHelpText('after', appendExamples)
    .action(async (name: string, value: string | undefined, options: AppendOptions) => {
      const { streamAppendCommand } = await import('./commands/streams/stream-append.ts')
      finish(await streamAppendCommand(name, value, options, shell))
    })
  withDir(command.command('tail').description('print the last messages of a stream'))
    .argument('<name>', 'the stream')
    .option('-f, --follow', 'wait for more')
    .option('--from <place>', 'begin at earliest, latest, an offset or a time')
    .option('-n, --limit <count>', 'how many messages at most (10; with --from or --follow: all)')
    .option('--json', 'print offset and time with each value')
    .addHelpText('after', tailExamples)
    .action(async (name: string, options: TailOptions) => {
      const { streamTailCommand } = await import('./commands/streams/stream-tail.ts')
      finish(await streamTailCommand(name, options, shell))
    })
}
