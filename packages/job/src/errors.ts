import { defineError, MillraceError, renderError } from '@millrace/base'

/** A job file has faults. All of them, sorted by position, are in `faults`. */
export class JobFaults extends MillraceError {
  readonly faults: readonly MillraceError[]

  constructor(file: string, faults: readonly MillraceError[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
    super('JOB_INVALID', `${file} has ${count}.\n${faults.map(renderError).join('\n')}`, {
      hint: 'Mend the faults above; nothing has started.',
      retry: 'never',
      where: { file },
    })
    this.faults = faults
  }
}

/** A job without a sink was awaited. */
export const JOB_NO_SINK = defineError<{ name: string }>({
  code: 'JOB_NO_SINK',
  message: (d) => `Job "${d.name}" has no sink, and nobody reads its results.`,
  hint: () =>
    'Iterate over run(), or give the job a sink: .to(sink) or the key `sink` in the file.',
})

/** A job with a sink was iterated. */
export const JOB_HAS_SINK = defineError<{ name: string }>({
  code: 'JOB_HAS_SINK',
  message: (d) =>
    `Job "${d.name}" writes its results to its own sink; they cannot also be iterated.`,
  hint: () => 'Await run() for the summary, or take the sink out of the job.',
})

/** A job without a source was run without an input. */
export const JOB_NO_INPUT = defineError<{ name: string }>({
  code: 'JOB_NO_INPUT',
  message: (d) => `Job "${d.name}" has no source and run() got no input.`,
  hint: () => 'Pass an iterable: job.run(records), or give the job a source.',
})

/** What run() got cannot be read record by record. */
export const JOB_INPUT = defineError<{ name: string; got: string; isText: boolean }>({
  code: 'JOB_INPUT',
  message: (d) => `Job "${d.name}" reads an iterable of records; got ${d.got}.`,
  hint: (d) =>
    d.isText
      ? 'Pass the records, such as text.split("\\n"); to read a file, give the job a source.'
      : 'Pass an array, a generator, an async iterable or a Readable; one record alone as run([record]).',
})

/** A job with a source was given an input. */
export const JOB_HAS_SOURCE = defineError<{ name: string }>({
  code: 'JOB_HAS_SOURCE',
  message: (d) => `Job "${d.name}" reads its own source; run() takes no input as well.`,
  hint: () => 'Call run() without an argument, or take the source out of the job.',
})

/** A job was run a second time. */
export const JOB_RAN = defineError<{ name: string }>({
  code: 'JOB_RAN',
  message: (d) => `Job "${d.name}" has already been started.`,
  hint: () => 'A job runs once: load or build it again.',
})

/** A job was stopped or asked for progress before it ran. */
export const JOB_NOT_STARTED = defineError<{ name: string }>({
  code: 'JOB_NOT_STARTED',
  message: (d) => `Job "${d.name}" has not been started.`,
  hint: () => 'Call run() before stop() or drain().',
})

/** A definition refuses the parameters that the builder was given. */
export const JOB_PARAMETERS = defineError<{
  module: string
  path: string
  message: string
  hint?: string
}>({
  code: 'JOB_PARAMETERS',
  message: (d) =>
    `Parameters of "${d.module}"${d.path === '' ? '' : ` at ${d.path}`}: ${d.message.replace(/\.$/, '')}.`,
  hint: (d) => d.hint ?? `Run "millrace plugins ${d.module}" to list its parameters.`,
})

/** A stage of a builder's job was given an id that another part has. */
export const JOB_ID_TAKEN = defineError<{ id: string }>({
  code: 'JOB_ID_TAKEN',
  message: (d) => `The id "${d.id}" is taken: a source, sink or stage of the job has it.`,
  hint: () => 'Give the stage another id, or none: then it is made from the name of its module.',
})

/** The time of a source says twice, or never, where it stands. */
export const JOB_TIME = defineError({
  code: 'JOB_TIME',
  message: () => 'The time of a source needs either field or timestamp.',
  hint: () =>
    "Write time: { field: 'at', disorderMs: 10_000 }, or timestamp: (record) => record.at in the place of field.",
})

/** A stage of a builder's job works by event time, and a source says nothing of it. */
export const JOB_NO_TIME = defineError<{ stage: string; source: string }>({
  code: 'JOB_NO_TIME',
  message: (d) =>
    `"${d.stage}" works by event time, and "${d.source}" does not say what the time of its records is.`,
  hint: () =>
    "Give it one: .from(source, parameters, { time: { field: 'at', disorderMs: 10_000 } }), .input({ time }), or time: 'arrival'.",
})

/** Flows that shall be read together cannot be. */
export const JOB_TOGETHER = defineError<{ problem: string }>({
  code: 'JOB_TOGETHER',
  message: (d) => `These flows cannot be read together: ${d.problem}.`,
  hint: () => 'Begin each with .from(source, parameters, { id }) of the same pipeline(...).',
})

/** A stage of a builder's job has no output of that name. */
export const JOB_OUTPUT = defineError<{ stage: string; output: string; known: readonly string[] }>({
  code: 'JOB_OUTPUT',
  message: (d) => `"${d.stage}" has no output "${d.output}".`,
  hint: (d) => `Its outputs: ${d.known.join(', ')}.`,
})

/** A definition in a builder's job injects a token that `provide` does not bind. */
export const JOB_UNBOUND = defineError<{ token: string }>({
  code: 'JOB_UNBOUND',
  message: (d) => `Nothing provides "${d.token}".`,
  hint: () => 'Bind it: pipeline(name, { provide: [[token, value]] }).',
})

/** A letter comes from a stage that the job no longer has. */
export const JOB_NO_STAGE = defineError<{
  stage: string
  near: string | undefined
  known: readonly string[]
}>({
  code: 'JOB_NO_STAGE',
  message: (d) => `Records failed in "${d.stage}", which the job does not have.`,
  hint: (d) => {
    const now = d.near === undefined ? `It has ${d.known.join(', ')}.` : `Is it "${d.near}" now?`
    return `${now} Give the stage its old id back, or leave its records out.`
  },
})

/** A letter comes from an input that its stage no longer has. */
export const JOB_NO_INPUT_OF_STAGE = defineError<{
  stage: string
  input: string
  inputs: readonly string[]
}>({
  code: 'JOB_NO_INPUT_OF_STAGE',
  message: (d) =>
    `Records failed at the input "${d.input}" of "${d.stage}", which it does not have.`,
  hint: (d) => `It has ${d.inputs.join(', ')}: use the job file that they failed with.`,
})

/** Records that still wait at the end of a job could not be kept. */
export const JOB_PARKED = defineError<{ file: string; count: number; cause: string }>({
  code: 'JOB_PARKED',
  message: (d) =>
    `${d.count} parked record${d.count === 1 ? '' : 's'} could not be written to ${d.file}: ${d.cause}`,
  hint: () => 'Let the job write there, and run it again: its results were not kept either.',
})

/** Parked records are skipped in a job that has nowhere to put them. */
export const JOB_NO_DEAD_LETTER = defineError<{ name: string }>({
  code: 'JOB_NO_DEAD_LETTER',
  message: (d) => `Job "${d.name}" has no dead letter sink to take what is skipped.`,
  hint: () => 'Add deadLetter: { file: dead.jsonl } to the pipeline.',
})
