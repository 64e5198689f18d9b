import { Command, Option } from 'commander'
import { collect } from './collect.ts'
import { logFormats, logLevels } from './report/log.ts'
import type { RunOptions } from './commands/run.ts'
import type { TestOptions } from './commands/test.ts'
import type { ValidateOptions } from './commands/validate.ts'
import type { ExplainOptions } from './commands/explain.ts'
import type { JobFileOptions } from './job-file.ts'
import { addDeadLetter, addParked } from './program-letters.ts'
import { addStream } from './program-streams.ts'
import { addState } from './program-state.ts'
import type { Finish, Shell } from './shell.ts'

const rootExamples = `
Examples:
  millrace run job.yaml
  millrace validate job.yaml --sample
  millrace explain job.yaml --format mermaid
  millrace --config job.yaml --data_stream in.txt --output out.txt   (the same as run)

Without a file name the first of these that exists is the job: millrace.yaml, millrace.yml,
millrace.json, configs/default.yaml, configs/default_config.yml.

Plugins bring further commands, such as millrace anomaly; millrace plugins lists them.

Exit codes: 0 done, or stopped in good order; 1 the job failed; 2 bad configuration or usage,
nothing has started; 130 a second signal ended the job at once.
Set NO_COLOR=1 for plain text, MILLRACE_DEBUG=1 for stack traces.`

const runExamples = `
Examples:
  millrace run job.yaml --set stages.hourly.parameters.tumbling=30m
  millrace run job.yaml --input flights=2001.jsonl --output hourly.csv
  cat flights.jsonl | millrace run job.yaml --input - --output - | head
  millrace run job.yaml --json --quiet > summary.json
  millrace run job.yaml --set checkpoint=10s
  millrace run job.yaml --fresh

A job with checkpoints goes on from the last one. A finished one says so and ends with 0.

The first Ctrl-C or SIGTERM stops: what was read is finished, nothing open fires, exit code 0.
With --drain everything open fires as at the end of the input. A second one ends at once (130).`

const upgradeExamples = `
Examples:
  millrace upgrade job.yaml
  millrace upgrade job.yaml --allow-changed hourly

The new job must be able to take the state of the one that runs; else that runs on, exit code 2.
It is stopped, and the new one goes on here from its last checkpoint. Should this fail before its
first own checkpoint, the old one runs again, as it was started.`

const testExamples = `
Examples:
  millrace test job.yaml
  millrace test configs/*.yaml --junit results.xml
  millrace test job.yaml --name late --watch
  millrace test job.yaml --update

Tests stand under tests: in the job file. The job's stages run as ever; its sources give what the
test says, its sinks are looked at, and nothing is read or written. Exit code 1 when a test fails.`

/**
 * The command line. Commands are loaded when they run, so that help and version stay fast. `first`: its first argument; `run`
 * is all that a run needs of it.
 */
export function createProgram(
  version: string,
  shell: Shell,
  finish: Finish,
  first?: string,
): Command {
  const program = new Command('millrace')
    .description('Runs streaming jobs that are described in a YAML file.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.out(text),
      writeErr: (text) => shell.terminal.error(text),
      getOutHelpWidth: () => shell.terminal.outColumns() ?? 100,
      getErrHelpWidth: () => shell.terminal.columns(),
      // The error that is thrown says the same.
      outputError: () => undefined,
    })
    .addHelpText('after', rootExamples)
  addRun(program, shell, finish)
  if (first === 'run') return program
  addUpgrade(program, shell, finish)
  addValidate(program, shell, finish)
  addTest(program, shell, finish)
  addExplain(program, shell, finish)
  addConfig(program, shell, finish)
  addPlugins(program, shell, finish)
  addSchema(program, shell, finish)
  addDeadLetter(program, shell, finish)
  addParked(program, shell, finish)
  addState(program, shell, finish)
  addStream(program, shell, finish)
  return program
}

/** Options of every command that loads a job file. */
function withJobFile(command: Command): Command {
  return command
    .argument('[job]', 'the job file; without it the usual names are tried')
    .option('-c, --config <file>', 'the job file, as an option')
    .option('-i, --input <[id=]file>', 'read this file, or - for stdin (repeatable)', collect)
    .addOption(new Option('--data-stream <[id=]file>', 'the same as --input'))
    .option('-o, --output <[id=]file>', 'write this file, or - for stdout (repeatable)', collect)
    .option('-s, --set <path=value>', 'override a value of the job file (repeatable)', collect)
    .option('--strict', 'take warnings of the job file for faults')
}

/** Options of every command that runs a job. */
function withRun(command: Command): Command {
  return withJobFile(command)
    .option(
      '--json',
      'print the summary, or the faults, as JSON on stdout (stderr if the job writes to stdout)',
    )
    .option('-q, --quiet', 'print nothing but errors')
    .addOption(new Option('--log-level <level>', 'lowest level of log lines').choices(logLevels))
    .addOption(
      new Option(
        '--log-format <format>',
        'what is said on stderr: text, or an object of JSON a line',
      )
        .choices(logFormats)
        .default('text'),
    )
    .option('--admin <host:port>', 'serve /health, /ready and /metrics; a port alone is local')
    .option('--allow-changed <id>', 'go on although this part has changed (repeatable)', collect)
    .option('--allow-dropped-state', 'go on without the state of parts that are gone')
    .option('--drain', 'on a signal, fire everything open as at the end of the input')
    .option('--fail-on-dead-letter', 'exit with 1 when there are dead letters')
}

function addRun(program: Command, shell: Shell, finish: Finish): void {
  withRun(program.command('run').description('run a job to its end'))
    .option('--fresh', 'begin anew; the old state stays until the first checkpoint')
    .addOption(
      new Option(
        '--from <file>',
        'go on from a savepoint instead of the last checkpoint',
      ).conflicts('fresh'),
    )
    .addHelpText('after', runExamples)
    .action(async (job: string | undefined, options: RunOptions) => {
      const { runCommand } = await import('./commands/run.ts')
      finish(await runCommand(job, options, shell))
    })
}

function addUpgrade(program: Command, shell: Shell, finish: Finish): void {
  const upgrade = program.command('upgrade').description('put a job in the place of a running one')
  withRun(upgrade)
    .addHelpText('after', upgradeExamples)
    .action(async (job: string | undefined, options: RunOptions) => {
      const { upgradeCommand } = await import('./commands/upgrade.ts')
      finish(await upgradeCommand(job, options, shell))
    })
}

function addValidate(program: Command, shell: Shell, finish: Finish): void {
  withJobFile(program.command('validate').description('find all faults of a job file'))
    .option('--sample', 'also read 1,000 records and name fields that none of them has')
    .option('--json', 'print faults and warnings as JSON')
    .action(async (job: string | undefined, options: ValidateOptions) => {
      const { validateCommand } = await import('./commands/validate.ts')
      finish(await validateCommand(job, options, shell))
    })
}

function addTest(program: Command, shell: Shell, finish: Finish): void {
  program
    .command('test')
    .description('run the tests of job files, in virtual time')
    .argument('[jobs...]', 'job files; without one the usual names are tried')
    .option('-n, --name <text>', 'only tests with this text in their name')
    .option('-s, --set <path=value>', 'override a value of the job file (repeatable)', collect)
    .option('-u, --update', 'write what came where something else was expected')
    .option('-w, --watch', 'run again when a file that the jobs are made of changes')
    .option('--json', 'print the results as JSON')
    .option('--junit <file>', 'also write the results as JUnit XML')
    .addHelpText('after', testExamples)
    .action(async (jobs: readonly string[], options: TestOptions) => {
      const { testCommand } = await import('./commands/test.ts')
      finish(await testCommand(jobs, options, shell))
    })
}

function addExplain(program: Command, shell: Shell, finish: Finish): void {
  const formats = ['text', 'mermaid', 'json'] as const
  withJobFile(program.command('explain').description('show what a job would do'))
    .addOption(
      new Option('-f, --format <format>', 'form of the plan').choices(formats).default('text'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .action(async (job: string | undefined, options: ExplainOptions) => {
      const { explainCommand } = await import('./commands/explain.ts')
      finish(await explainCommand(job, options, shell))
    })
}

function addConfig(program: Command, shell: Shell, finish: Finish): void {
  const config = program.command('config').description('look at the configuration')
  withJobFile(config.command('print').description('print each value and where it comes from'))
    .option('--json', 'print the values as JSON')
    .action(async (job: string | undefined, options: JobFileOptions & { json?: boolean }) => {
      const { configPrintCommand } = await import('./commands/config-print.ts')
      finish(await configPrintCommand(job, options, shell))
    })
}

function addPlugins(program: Command, shell: Shell, finish: Finish): void {
  program
    .command('plugins')
    .description('list installed plugins, or the parameters of one')
    .argument('[name]', 'a plugin, such as filter')
    .option('--json', 'print as JSON')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const { pluginsCommand } = await import('./commands/plugins.ts')
      finish(await pluginsCommand(name, options, shell))
    })
}

function addSchema(program: Command, shell: Shell, finish: Finish): void {
  program
    .command('schema')
    .description('print a JSON Schema of job files, for editors')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', '\nExample:\n  millrace schema -o millrace.schema.json')
    .action(async (options: { output?: string }) => {
      const { schemaCommand } = await import('./commands/schema.ts')
      finish(await schemaCommand(options, shell))
    })
}
