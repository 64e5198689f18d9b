import { afterAll, beforeAll, expect, it } from 'vitest'
import { JobFolder, type Ran } from './commands/commands.test-support.ts'

let folder: JobFolder
beforeAll(() => {
  folder = new JobFolder()
})
afterAll(() => folder.remove())

const command = (...argv: readonly string[]): Promise<Ran> => folder.command(...argv)

it('prints the version', async () => {
  const { code, out, error } = await command('--version')

  expect([code, error]).toEqual([0, ''])
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

it('prints help with examples and exit codes, also without arguments', async () => {
  const help = await command('--help')
  const nothing = await command()

  expect(help).toEqual(nothing)
  expect(help.code).toBe(0)
  expect(help.out).toMatchInlineSnapshot(`
    "Usage: millrace [options] [command]

    Runs streaming jobs that are described in a YAML file.

    Options:
      -V, --version                             print the version
      -h, --help                                print help

    Commands:
      run [options] [job]                       run a job to its end
      upgrade [options] [job]                   put a job in the place of a running one
      validate [options] [job]                  find all faults of a job file
      test [options] [jobs...]                  run the tests of job files, in virtual time
      explain [options] [job]                   show what a job would do
      config                                    look at the configuration
      plugins [options] [name]                  list installed plugins, or the parameters of one
      schema [options]                          print a JSON Schema of job files, for editors
      dead-letter                               look at dead letters, replay them
      parked                                    look at parked records, let them go
      status [options] [job]                    say whether a job runs and where it stands
      savepoint [options] <job> [file]          write the state of a job to a file
      resize [options] <job> <stage> <workers>  give a stage of a running job another number of workers
      state                                     look at the state of a job, take it elsewhere
      stream                                    look at durable streams, append to them
      help [command]                            print help of a command

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
    Set NO_COLOR=1 for plain text, MILLRACE_DEBUG=1 for stack traces.
    "
  `)
})

it('prints help of a command', async () => {
  const { code, out } = await command('run', '--help')

  expect(code).toBe(0)
  expect(out).toMatchInlineSnapshot(`
    "Usage: millrace run [options] [job]

    run a job to its end

    Arguments:
      job                        the job file; without it the usual names are tried

    Options:
      -c, --config <file>        the job file, as an option
      -i, --input <[id=]file>    read this file, or - for stdin (repeatable)
      --data-stream <[id=]file>  the same as --input
      -o, --output <[id=]file>   write this file, or - for stdout (repeatable)
      -s, --set <path=value>     override a value of the job file (repeatable)
      --strict                   take warnings of the job file for faults
      --json                     print the summary, or the faults, as JSON on stdout (stderr if the job
                                 writes to stdout)
      -q, --quiet                print nothing but errors
      --log-level <level>        lowest level of log lines (choices: "debug", "info", "warn", "error")
      --log-format <format>      what is said on stderr: text, or an object of JSON a line (choices:
                                 "text", "json", default: "text")
      --admin <host:port>        serve /health, /ready and /metrics; a port alone is local
      --allow-changed <id>       go on although this part has changed (repeatable)
      --allow-dropped-state      go on without the state of parts that are gone
      --drain                    on a signal, fire everything open as at the end of the input
      --fail-on-dead-letter      exit with 1 when there are dead letters
      --fresh                    begin anew; the old state stays until the first checkpoint
      --from <file>              go on from a savepoint instead of the last checkpoint
      -h, --help                 print help

    Examples:
      millrace run job.yaml --set stages.hourly.parameters.tumbling=30m
      millrace run job.yaml --input flights=2001.jsonl --output hourly.csv
      cat flights.jsonl | millrace run job.yaml --input - --output - | head
      millrace run job.yaml --json --quiet > summary.json
      millrace run job.yaml --set checkpoint=10s
      millrace run job.yaml --fresh

    A job with checkpoints goes on from the last one. A finished one says so and ends with 0.

    The first Ctrl-C or SIGTERM stops: what was read is finished, nothing open fires, exit code 0.
    With --drain everything open fires as at the end of the input. A second one ends at once (130).
    "
  `)
})

it('ends with 2 on an unknown option and names the nearest one', async () => {
  expect(await command('run', '--ouptut', 'x')).toMatchInlineSnapshot(`
    {
      "code": 2,
      "error": "error[CLI_USAGE]: Unknown option '--ouptut'.
      next Did you mean --output? Run "millrace run --help" to see what there is.
    ",
      "out": "",
    }
  `)
})

it('ends with 2 on an unknown command', async () => {
  expect(await command('explian')).toMatchInlineSnapshot(`
    {
      "code": 2,
      "error": "error[CLI_NO_COMMAND]: Unknown command 'explian'.
      next Did you mean explain? Run "millrace --help" to see what there is.
    ",
      "out": "",
    }
  `)
})

it('ends with 2 on a log level that there is not', async () => {
  expect(await command('run', '--log-level', 'loud')).toMatchInlineSnapshot(`
    {
      "code": 2,
      "error": "error[CLI_USAGE]: Option '--log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error.
      next Run "millrace run --help" to see what there is.
    ",
      "out": "",
    }
  `)
})

it('ends with 2 on a command group without a command', async () => {
  const { code, error } = await command('config')

  expect(code).toBe(2)
  expect(error).toContain('print [options] [job]')
})
