import type { Command } from 'commander'
import { collect } from './collect.ts'
import type { StateOptions } from './commands/state-of-job.ts'
import type { StateGetOptions, StateImportOptions } from './commands/state.ts'
import type { Finish, Shell } from './shell.ts'

const statusExamples = `
Examples:
  millrace status job.yaml
  millrace status job.yaml --json | jq .checkpoint.ageMs`

const savepointExamples = `
Examples:
  millrace savepoint job.yaml before-upgrade.savepoint
  millrace run job.yaml --from before-upgrade.savepoint

A running job writes a checkpoint for it and goes on; of one that does not run it is the last
checkpoint. The file holds all that the job needs to go on, here or on another machine.`

const resizeExamples = `
Examples:
  millrace resize job.yaml enrich 8
  millrace resize job.yaml enrich 8 --json

The stage says parallel in the job file, and the job runs and takes checkpoints. It has the number
when this command is done: what others have in hand they finish, nothing is lost and nothing comes
twice. The next run begins with the number in the file. Exit code 2: it cannot have that number,
or the job does not run; all is as before.`

const stateExamples = `
Examples:
  millrace state ls job.yaml
  millrace state get hourly job.yaml --key origin=SFO
  millrace state export flights.state job.yaml
  millrace state import flights.state job.yaml --replace

They look at the last checkpoint, also while the job runs; import needs a job that does not.`

/** Adds `status`, `savepoint`, `resize` and `state ls|get|export|import`. */
export function addState(program: Command, shell: Shell, finish: Finish): void {
  withState(program.command('status').description('say whether a job runs and where it stands'))
    .argument('[job]', 'the job file; without it the usual names are tried')
    .addHelpText('after', statusExamples)
    .action(async (job: string | undefined, options: StateOptions) => {
      const { statusCommand } = await import('./commands/status.ts')
      finish(await statusCommand(job, options, shell))
    })
  withState(program.command('savepoint').description('write the state of a job to a file'))
    .argument('<job>', 'the job file')
    .argument('[file]', 'where to; default: a name of the job and the time')
    .addHelpText('after', savepointExamples)
    .action(async (job: string, file: string | undefined, options: StateOptions) => {
      const { savepointCommand } = await import('./commands/savepoint.ts')
      finish(await savepointCommand(job, file, options, shell))
    })
  withState(
    program
      .command('resize')
      .description('give a stage of a running job another number of workers'),
  )
    .argument('<job>', 'the job file')
    .argument('<stage>', 'a stage that says parallel')
    .argument('<workers>', 'how many, from 1 to 64')
    .addHelpText('after', resizeExamples)
    .action(async (job: string, stage: string, workers: string, options: StateOptions) => {
      const { resizeCommand } = await import('./commands/resize.ts')
      finish(await resizeCommand(job, stage, workers, options, shell))
    })
  const state = program
    .command('state')
    .description('look at the state of a job, take it elsewhere')
    .addHelpText('after', stateExamples)
  addLooks(state, shell, finish)
  addMoves(state, shell, finish)
}

function addLooks(state: Command, shell: Shell, finish: Finish): void {
  withState(state.command('ls').description('list what its stages keep'))
    .argument('[job]', 'the job file; without it the usual names are tried')
    .action(async (job: string | undefined, options: StateOptions) => {
      const { stateLsCommand } = await import('./commands/state.ts')
      finish(await stateLsCommand(job, options, shell))
    })
  withJobFile(state.command('get').description('print what a stage keeps, as a line of JSON each'))
    .argument('<stage>', 'a stage, or one of its handles: hourly, hourly.panes')
    .argument('[job]', 'the job file; without it the usual names are tried')
    .option('--key <name=value>', 'only entries of this key (repeatable)', collect)
    .action(async (stage: string, job: string | undefined, options: StateGetOptions) => {
      const { stateGetCommand } = await import('./commands/state.ts')
      finish(await stateGetCommand(stage, job, options, shell))
    })
}

function addMoves(state: Command, shell: Shell, finish: Finish): void {
  withState(state.command('export').description('write the last checkpoint to a file'))
    .argument('<file>', 'where to')
    .argument('[job]', 'the job file; without it the usual names are tried')
    .action(async (file: string, job: string | undefined, options: StateOptions) => {
      const { stateExportCommand } = await import('./commands/state.ts')
      finish(await stateExportCommand(file, job, options, shell))
    })
  withState(state.command('import').description('make the state in a file that of the job'))
    .argument('<file>', 'what export or savepoint wrote')
    .argument('[job]', 'the job file; without it the usual names are tried')
    .option('--replace', 'in the place of the state that it has')
    .action(async (file: string, job: string | undefined, options: StateImportOptions) => {
      const { stateImportCommand } = await import('./commands/state.ts')
      finish(await stateImportCommand(file, job, options, shell))
    })
}

function withState(command: Command): Command {
  return withJobFile(command).option('--json', 'print as JSON')
}

function withJobFile(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the job file, as an option')
    .option('-s, --set <path=value>', 'override a value of the job file (repeatable)', collect)
}
