import { defineError } from '@millrace/base'

export const CLI_USAGE = defineError<{
  problem: string
  near: string | undefined
  command: string
}>({
  code: 'CLI_USAGE',
  message: (d) => `${d.problem.charAt(0).toUpperCase()}${d.problem.slice(1)}.`,
  hint: (d) =>
    (d.near === undefined ? '' : `Did you mean ${d.near}? `) +
    `Run "${d.command} --help" to see what there is.`,
})

export const CLI_NO_COMMAND = defineError<{
  name: string
  near: string | undefined
  /** Packages that could bring it. */
  tried: readonly string[]
}>({
  code: 'CLI_NO_COMMAND',
  message: (d) => `Unknown command '${d.name}'.`,
  hint: (d) => {
    const all = 'Run "millrace --help" to see what there is.'
    if (d.near !== undefined) return `Did you mean ${d.near}? ${all}`
    const [first, ...others] = d.tried.map((name) => `npm install ${name}`)
    if (first === undefined) return all
    const or = others.map((other) => ` (or: ${other})`).join('')
    return `If a plugin brings it, install that: ${first}${or}. ${all}`
  },
})

export const CLI_NO_JOB_FILE = defineError<{ folder: string; tried: readonly string[] }>({
  code: 'CLI_NO_JOB_FILE',
  message: (d) => `No job file given and none found in ${d.folder}; tried ${d.tried.join(', ')}.`,
  hint: () => 'Name the file: millrace run job.yaml, or create one of those.',
})

export const CLI_TWO_JOB_FILES = defineError<{ argument: string; option: string }>({
  code: 'CLI_TWO_JOB_FILES',
  message: (d) => `Two job files given: ${d.argument} and --config ${d.option}.`,
  hint: () => 'Give the job file once, as the argument or with --config.',
})

export const CLI_SET_FORM = defineError<{ text: string }>({
  code: 'CLI_SET_FORM',
  message: (d) => `--set expects path=value; got "${d.text}".`,
  hint: () => 'For example: --set stages.hourly.parameters.tumbling=30m',
})

export const CLI_EMPTY_PATH = defineError<{ option: string; text: string }>({
  code: 'CLI_EMPTY_PATH',
  message: (d) => `${d.option} expects [id=]file or -; got "${d.text}".`,
  hint: (d) => `For example: ${d.option} flights.jsonl, or - for the terminal or a pipe.`,
})

export const CLI_OUTPUT = defineError<{ reason: string }>({
  code: 'CLI_OUTPUT',
  message: (d) => `What there is to say could not be written: ${d.reason}.`,
  hint: () => 'Free space on the disk that standard output goes to, or send it elsewhere.',
})

export const CLI_NO_PLUGIN = defineError<{ name: string; near: string | undefined }>({
  code: 'CLI_NO_PLUGIN',
  message: (d) => `No installed plugin is called "${d.name}".`,
  hint: (d) =>
    d.near === undefined
      ? 'Run "millrace plugins" to list what is installed.'
      : `Did you mean "${d.near}"? Run "millrace plugins" to list what is installed.`,
})

export const CLI_SAMPLE_FAILED = defineError<{ source: string; message: string }>({
  code: 'CLI_SAMPLE_FAILED',
  message: (d) => `Source "${d.source}" could not be sampled: ${d.message}`,
  hint: () => 'See that its input exists and can be read, or validate without --sample.',
})

export const CLI_SAMPLE_EMPTY = defineError<{ source: string }>({
  code: 'CLI_SAMPLE_EMPTY',
  message: (d) => `Source "${d.source}" gave no record to look at.`,
  hint: () => 'Fields cannot be checked; see that the input is the one you mean.',
})

export const CLI_LETTERS_FILE = defineError<{
  path: string
  cause: string
  near: string | undefined
}>({
  code: 'CLI_LETTERS_FILE',
  message: (d) => `"${d.path}" cannot be used: ${d.cause}.`,
  hint: (d) =>
    d.near === undefined
      ? 'Name the file that the deadLetter sink wrote, or a file of parked records.'
      : `Did you mean "${d.near}"?`,
})

export const CLI_NOT_LETTERS = defineError<{ path: string; line: number; reason: string }>({
  code: 'CLI_NOT_LETTERS',
  message: (d) => `"${d.path}" holds no dead letter: of line ${d.line}, ${d.reason}.`,
  hint: () => 'Name a file of JSON lines that the deadLetter sink of a job wrote.',
})

export const CLI_NONE_CHOSEN = defineError<{
  option: string
  value: string
  path: string
  near: string | undefined
  known: readonly string[]
}>({
  code: 'CLI_NONE_CHOSEN',
  message: (d) => `No letter in "${d.path}" has the ${d.option} "${d.value}".`,
  hint: (d) =>
    d.near === undefined
      ? `There are: ${d.known.join(', ') || 'none'}.`
      : `Did you mean "${d.near}"?`,
})

export const CLI_PARKED_FILE = defineError<{ path: string }>({
  code: 'CLI_PARKED_FILE',
  message: (d) => `"${d.path}" holds parked records, not dead letters.`,
  hint: (d) => `Run millrace parked release ${d.path}.`,
})

export const CLI_DEAD_LETTER_FILE = defineError<{ path: string }>({
  code: 'CLI_DEAD_LETTER_FILE',
  message: (d) => `"${d.path}" holds dead letters, not parked records.`,
  hint: (d) =>
    `Run millrace dead-letter replay ${d.path}, or give a file of parked records the name that it had: it ends in .parked.jsonl.`,
})

export const CLI_SAME_FILE = defineError<{ path: string; id: string }>({
  code: 'CLI_SAME_FILE',
  message: (d) => `"${d.id}" would write "${d.path}" while it is read.`,
  hint: () => 'Leave --output out, or name another file.',
})

export const CLI_KEY_FORM = defineError<{ text: string }>({
  code: 'CLI_KEY_FORM',
  message: (d) => `--key expects name=value; got "${d.text}".`,
  hint: () => 'For example: --key customer=c-17',
})

export const CLI_NO_KEY = defineError<{ text: string; path: string }>({
  code: 'CLI_NO_KEY',
  message: (d) => `No record in "${d.path}" is parked with ${d.text}.`,
  hint: (d) => `Run millrace parked ls ${d.path} to see the keys.`,
})

export const CLI_REPLAY_RUNS = defineError<{ path: string; pid: number }>({
  code: 'CLI_REPLAY_RUNS',
  message: (d) => `Process ${d.pid} is at work on these records.`,
  hint: (d) => `Wait until it is done. If there is no such process, delete ${d.path}.`,
})

export const CLI_NOT_MOVED = defineError<{ id: string; path: string; to: string }>({
  code: 'CLI_NOT_MOVED',
  message: (d) => `An override makes "${d.id}" write "${d.path}", where earlier results may be.`,
  hint: (d) => `Say where results go instead of the override: --output ${d.id}=${d.to}`,
})

export const CLI_NO_TESTS = defineError<{ files: readonly string[]; name: string | undefined }>({
  code: 'CLI_NO_TESTS',
  message: (d) =>
    d.name === undefined
      ? `There are no tests in ${d.files.join(', ')}.`
      : `No test in ${d.files.join(', ')} has "${d.name}" in its name.`,
  hint: (d) =>
    d.name === undefined
      ? 'Add tests: [{ name: …, given: [{ … }], expect: { sink: [] } }] and run with --update.'
      : 'Leave --name out to see all names.',
})

export const CLI_STREAM_VALUE = defineError<{ place: string; reason: string }>({
  code: 'CLI_STREAM_VALUE',
  message: (d) => `${d.place} is no JSON: ${d.reason}.`,
  hint: () => `Append one JSON value a line, such as '{"id": 1}', or use --text for plain text.`,
})

export const CLI_STREAM_OPTION = defineError<{ option: string; text: string; expected: string }>({
  code: 'CLI_STREAM_OPTION',
  message: (d) => `${d.option} expects ${d.expected}; got "${d.text}".`,
  hint: (d) => `Run "millrace stream --help" for examples of ${d.option}.`,
})

export const CLI_NO_STREAM = defineError<{ name: string; dir: string }>({
  code: 'CLI_NO_STREAM',
  message: (d) => `There is no stream "${d.name}": "${d.dir}" holds no streams.`,
  hint: () =>
    'Name the directory with --dir: that of a job is .millrace/streams beside its file. The first append makes one.',
})

export const CLI_NO_STATE = defineError<{ option: string }>({
  code: 'CLI_NO_STATE',
  message: (d) => `The job takes no checkpoints; ${d.option} needs them.`,
  hint: () => 'Add checkpoint: 10s to the pipeline, or give --set checkpoint=10s.',
})

export const CLI_NOTHING_KEPT = defineError<{ name: string; dir: string }>({
  code: 'CLI_NOTHING_KEPT',
  message: (d) => `Job "${d.name}" has no checkpoint in ${d.dir}.`,
  hint: () => 'Run it: the first one comes after the interval of checkpoint.every.',
})

export const CLI_NO_STATE_OF = defineError<{
  place: string
  near: string | undefined
  known: readonly string[]
}>({
  code: 'CLI_NO_STATE_OF',
  message: (d) => `Nothing is kept under "${d.place}".`,
  hint: (d) =>
    d.near === undefined
      ? `There are: ${d.known.join(', ') || 'none'}.`
      : `Did you mean "${d.near}"?`,
})

export const CLI_NOT_RUNNING = defineError<{ name: string; command: 'upgrade' | 'resize' }>({
  code: 'CLI_NOT_RUNNING',
  message: (d) =>
    d.command === 'upgrade'
      ? `Job "${d.name}" does not run; there is nothing to put another in the place of.`
      : `Job "${d.name}" does not run; there are no workers.`,
  hint: (d) =>
    d.command === 'upgrade'
      ? 'Start it: millrace run job.yaml goes on from its last checkpoint.'
      : 'Write the number into the job file: the next run begins with it.',
})
