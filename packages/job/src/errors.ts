import { defineError, MillraceError, renderError } from '@millrace/base'

/** For hints: both to who uses the command and to who writes code. */
const ANEW = 'begin anew with --fresh (in code fresh: true)'

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
  message: (d) => `Job "${d.name}" reads its own source and takes no other records.`,
  hint: () =>
    'Call run() without an argument; to give it records, by run(input) or open(), take the source out of the job.',
})

/** A job was run a second time. */
export const JOB_RAN = defineError<{ name: string }>({
  code: 'JOB_RAN',
  message: (d) => `Job "${d.name}" has already been started.`,
  hint: () => 'A job runs once: load or build it again.',
})

/** A job was stopped or asked for something before it ran, or before its state was open. */
export const JOB_NOT_STARTED = defineError<{ name: string }>({
  code: 'JOB_NOT_STARTED',
  message: (d) => `Job "${d.name}" has not been started.`,
  hint: () =>
    'Call run() first; a job with checkpoints also opens its state: wait while progress() says starting.',
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

/** A flow cannot be a stage of another one. */
export const JOB_NESTED = defineError<{ id: string; problem: string }>({
  code: 'JOB_NESTED',
  message: (d) => `"${d.id}" cannot be a stage of another flow: ${d.problem}.`,
  hint: () => 'Begin it with pipeline(name).input<In>(), and give the rest to the flow around it.',
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

/** Something in state cannot be written down. */
export const JOB_STATE_DATA = defineError<{ what: string; reason: string }>({
  code: 'JOB_STATE_DATA',
  message: (d) => `A checkpoint cannot hold what ${d.what} keeps: ${d.reason}.`,
  hint: () =>
    'Keep plain data in state: objects, lists, texts, numbers, dates, maps and sets. Functions and connections belong to the stage.',
})

/** A checkpoint was written by a later version. */
export const JOB_STATE_NEWER = defineError<{ format: number; known: number }>({
  code: 'JOB_STATE_NEWER',
  message: (d) =>
    `The state has format ${d.format}; this version of Millrace reads up to ${d.known}.`,
  hint: () => 'Run the version that wrote it or a later one.',
})

/** A part of a job that has state is another than the one that wrote it. */
export const JOB_STATE_CHANGED = defineError<{
  id: string
  /** What it is that changed, such as `module` or a parameter. */
  what: string
  was: string
  now: string
}>({
  code: 'JOB_STATE_CHANGED',
  message: (d) =>
    `${d.what} of "${d.id}" is ${d.now}; the state of the job comes from a run where it was ${d.was}.`,
  hint: (d) =>
    `Change it back; or go on all the same with --allow-changed ${d.id} (in code allowChanged: ['${d.id}']); or ${ANEW}.`,
})

/** A part that has state is no longer in the job. */
export const JOB_STATE_DROPPED = defineError<{
  id: string
  role: string
  holds: string
  near: string | undefined
}>({
  code: 'JOB_STATE_DROPPED',
  message: (d) => `The job has no ${d.role} "${d.id}" any more, and its state holds ${d.holds}.`,
  hint: (d) =>
    (d.near === undefined ? '' : `Is it "${d.near}" now? Then give it its id back. `) +
    `Go on without it with --allow-dropped-state (in code allowDroppedState: true), or ${ANEW}.`,
})

/** A part was named to an option, and the job has no such. */
export const JOB_STATE_NO_PART = defineError<{ id: string; known: readonly string[] }>({
  code: 'JOB_STATE_NO_PART',
  message: (d) => `The job has no source, stage or sink "${d.id}" that may change.`,
  hint: (d) => `It has ${d.known.join(', ')}.`,
})

/** A savepoint of another job. */
export const JOB_STATE_OTHER = defineError<{ file: string; job: string; found: string }>({
  code: 'JOB_STATE_OTHER',
  message: (d) => `"${d.file}" is the state of job "${d.found}", not of "${d.job}".`,
  hint: () => 'Name a savepoint of this job, or give the job the name that it had.',
})

/** A savepoint cannot be read or written. */
export const JOB_STATE_FILE = defineError<{ file: string; reason: string }>({
  code: 'JOB_STATE_FILE',
  message: (d) => `"${d.file}" cannot be used: ${d.reason}.`,
  hint: () => 'Check the path, its permissions and the room on the disk.',
})

/** Something is asked of the state of a job that keeps none. */
export const JOB_NO_STATE = defineError<{ name: string }>({
  code: 'JOB_NO_STATE',
  message: (d) => `Job "${d.name}" takes no checkpoints.`,
  hint: () => 'Add checkpoint: 10s to the pipeline.',
})

/** The state of a job could not be opened, for no reason that is known. */
export const JOB_STATE_OPEN = defineError<{ name: string; reason: string }>({
  code: 'JOB_STATE_OPEN',
  message: (d) => `The state of job "${d.name}" could not be opened: ${d.reason}.`,
  hint: () =>
    'Run it again; the state is untouched. If it fails in the same way, report it: this is a fault of Millrace.',
})

/** A running job was asked something and did not do it. */
export const JOB_CONTROL = defineError<{ reason: string }>({
  code: 'JOB_CONTROL',
  retry: 'later',
  message: (d) => `The running job did not do what it was asked: ${d.reason}.`,
  hint: () => 'See with millrace status whether it still runs, and ask again.',
})

/** State is to be put where there is some. */
export const JOB_STATE_THERE = defineError<{ dir: string; number: number }>({
  code: 'JOB_STATE_THERE',
  message: (d) => `"${d.dir}" holds the state of this job already: checkpoint ${d.number}.`,
  hint: () => 'Put the new one in its place with --replace, or give the job another directory.',
})

/** A job with checkpoints is given its input by run(). */
export const JOB_INPUT_STATE = defineError<{ name: string }>({
  code: 'JOB_INPUT_STATE',
  message: (d) =>
    `Job "${d.name}" takes checkpoints, and what run(input) brings cannot be read again from where it stood.`,
  hint: () => 'Give the job a source, or let it take no checkpoints.',
})

/** The journal of a source cannot be written or read. */
export const JOB_JOURNAL_DISK = defineError<{ directory: string; reason: string }>({
  code: 'JOB_JOURNAL_DISK',
  message: (d) => `The journal in "${d.directory}" cannot be used: ${d.reason.replace(/\.$/, '')}.`,
  hint: () =>
    'Check the permissions and the room on the disk, and start the job again: it goes on with what the journal has. What the source had read and the journal has not is to be sent again.',
})

/** The keys of a stage cannot spill as it says. */
export const JOB_SPILL = defineError<{ id: string; reason: string }>({
  code: 'JOB_SPILL',
  message: (d) => `Stage "${d.id}" cannot spill: ${d.reason}.`,
  hint: () => "Write, for example, { by: 'user', spill: { keys: 100000 } }.",
})

/** A stage cannot run several times as it says. */
export const JOB_PARALLEL = defineError<{ id: string; reason: string }>({
  code: 'JOB_PARALLEL',
  message: (d) => `Stage "${d.id}" cannot be parallel: ${d.reason}.`,
  hint: () =>
    "Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
})

/** The journal of a source is not what was written. */
export const JOB_JOURNAL_DAMAGED = defineError<{ file: string; offset: number | undefined }>({
  code: 'JOB_JOURNAL_DAMAGED',
  message: (d) =>
    `"${d.file}" is damaged${d.offset === undefined ? '' : ` at byte ${d.offset}`}: records in it cannot be read any more.`,
  hint: () =>
    `Put a copy of it in its place; or ${ANEW} once the folder of the journal is moved away.`,
})

/** The journal of a source does not have what a checkpoint goes on from. */
export const JOB_JOURNAL_GONE = defineError<{
  directory: string
  from: number
  first: number
  end: number
}>({
  code: 'JOB_JOURNAL_GONE',
  message: (d) =>
    `The journal in "${d.directory}" has ${d.end === d.first ? 'nothing' : `batches ${d.first} to ${d.end - 1}`}, and the job goes on from batch ${d.from}.`,
  hint: () =>
    `Bring the folder of the journal along with the state, go on from a later checkpoint, or ${ANEW}.`,
})

/** A record cannot be written to the journal of its source. */
export const JOB_JOURNAL_DATA = defineError<{ id: string; reason: string }>({
  code: 'JOB_JOURNAL_DATA',
  message: (d) => `A record of "${d.id}" cannot be written to its journal: ${d.reason}.`,
  hint: () =>
    'Let the source give plain data: objects, lists, texts, numbers, dates, maps and sets.',
})

/** A source with a journal failed. */
export const JOB_JOURNAL_SOURCE = defineError<{
  id: string
  code: string | undefined
  reason: string
}>({
  code: 'JOB_JOURNAL_SOURCE',
  message: (d) =>
    `Source "${d.id}" failed${d.code === undefined ? '' : ` with ${d.code}`}: ${d.reason.replace(/\.$/, '')}.`,
  hint: () =>
    'What it had given is in its journal: start the job again, and it goes on from there.',
})

/** A source of a builder's job cannot have a journal. */
export const JOB_JOURNAL = defineError<{ id: string; hasCheckpoints: boolean }>({
  code: 'JOB_JOURNAL',
  message: (d) =>
    d.hasCheckpoints
      ? `Source "${d.id}" needs no journal: what it gives can be given again.`
      : `Source "${d.id}" has a journal, and the job takes no checkpoints.`,
  hint: (d) =>
    d.hasCheckpoints
      ? 'Leave out journal.'
      : "Say where they go: pipeline(name, { checkpoint: { dir: './state' } }).",
})

/** A stage in threads or processes of its own cannot get what the caller provides. */
export const JOB_THREADS_PROVIDE = defineError<{ id: string; runs: string }>({
  code: 'JOB_THREADS_PROVIDE',
  message: (d) =>
    `"${d.id}" runs in ${d.runs}, which build the job of its file: what "provide" gives cannot go there.`,
  hint: () => 'Write runs: async in its parallel, or open the value by resources: in the file.',
})
