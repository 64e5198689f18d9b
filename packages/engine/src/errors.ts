import { defineError, type ErrorOf, formatDuration } from '@millrace/base'

/** A record failed where the policy is `fail`: the job ends. */
export const ENG_RECORD: ErrorOf<{
  kind: string
  id: string
  at: string
  code: string
  message: string
}> = defineError({
  code: 'ENG_RECORD',
  message: (d) => `${d.kind} "${d.id}" failed at record ${d.at}: ${d.code}: ${d.message}`,
  hint: (d) =>
    `Repair the record or the ${d.kind.toLowerCase()}, or add a deadLetter sink to the pipeline, or set onError: skip on "${d.id}".`,
})

/** The code of a record whose handler threw something without a code. */
export const ENG_THROW: ErrorOf<{ message: string }> = defineError({
  code: 'ENG_THROW',
  message: (d) => d.message,
  hint: () => 'Call context.reject(code, message) for records that cannot be handled.',
})

/** Failing records go to the dead letters, and the job has no sink for them. */
export const ENG_NO_DEAD_LETTER: ErrorOf<{ of: string }> = defineError({
  code: 'ENG_NO_DEAD_LETTER',
  message: (d) => `onError of ${d.of} is deadLetter, and the job has no dead letter sink.`,
  hint: () => 'Add a dead letter sink to the job, or choose another onError, such as fail or skip.',
})

/** A key field holds an object or NaN. */
export const ENG_KEY: ErrorOf<{ name: string; got: string }> = defineError({
  code: 'ENG_KEY',
  message: (d) => `Key "${d.name}" must be text, a number, a boolean or null; got ${d.got}.`,
  hint: () => 'Partition by a field with a plain value.',
})

/** Keyed state was used where no record is in hand. */
export const ENG_NO_KEY: ErrorOf<{ name: string }> = defineError({
  code: 'ENG_NO_KEY',
  message: (d) => `State "${d.name}" was read outside a record; it belongs to the key of a record.`,
  hint: () => 'Walk over all keys with entries() in onEnd and onWatermark.',
})

/** What state keeps for a key cannot be put on the disk. */
export const ENG_SPILL_DATA: ErrorOf<{ id: string; name: string; message: string }> = defineError({
  code: 'ENG_SPILL_DATA',
  message: (d) => `State "${d.name}" of "${d.id}" cannot spill to the disk: ${d.message}`,
  hint: () =>
    'Keep plain data there, such as text, numbers, lists and objects, or take spill away.',
})

/** State that was on the disk is asked for when the job is over. */
export const ENG_SPILL_OVER: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_SPILL_OVER',
  message: (d) => `What "${d.id}" kept on the disk is gone: the job is over.`,
  hint: () => 'Take the snapshot while the job runs, or let the job take checkpoints.',
})

/** A stage with several workers and no key asks for state. */
export const ENG_PARALLEL_STATE: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_PARALLEL_STATE',
  message: (d) =>
    `"${d.id}" asks for state, and has several workers and no by: each would see only a part of the records.`,
  hint: () => 'Give it by with the field whose values the state is kept for, or run it once.',
})

/** Two state handles of one stage share a name. */
export const ENG_STATE_NAME: ErrorOf<{ name: string }> = defineError({
  code: 'ENG_STATE_NAME',
  message: (d) => `State "${d.name}" is declared twice in one stage.`,
  hint: () => 'Give each state handle of a stage a name of its own.',
})

/** The name of a state handle or namespace holds a sign that separates names. */
export const ENG_STATE_PATH: ErrorOf<{ name: string }> = defineError({
  code: 'ENG_STATE_PATH',
  message: (d) =>
    `"${d.name}" cannot name state: a name has at least one sign, and neither "/" nor ":".`,
  hint: () => 'Put names together with a dash, or use state.namespace(name).',
})

/** State of a snapshot is of another kind than the handle of its name. */
export const ENG_STATE_KIND: ErrorOf<{ name: string; kind: string; was: string }> = defineError({
  code: 'ENG_STATE_KIND',
  message: (d) =>
    `State "${d.name}" is a ${d.kind} now; what was kept under its name is a ${d.was}.`,
  hint: () => 'Give the new state another name.',
})

/** State of a snapshot is of another version than its handle. */
export const ENG_STATE_VERSION: ErrorOf<{ name: string; version: number; was: number }> =
  defineError({
    code: 'ENG_STATE_VERSION',
    message: (d) =>
      `State "${d.name}" is of version ${d.version} now; what was kept is of version ${d.was}.`,
    hint: (d) =>
      d.was > d.version
        ? 'Run the newer stage that wrote it.'
        : `Declare migrate(data, ${d.was}), which makes of it what version ${d.version} keeps.`,
  })

/** A time to live is no time. */
export const ENG_TTL: ErrorOf<{ name: string; got: string }> = defineError({
  code: 'ENG_TTL',
  message: (d) => `ttl.ms of state "${d.name}" must be a number above 0; got ${d.got}.`,
  hint: () => 'Give milliseconds, or leave ttl out: then state lives until it is cleared.',
})

/** A record was emitted on an output the stage does not declare. */
export const ENG_OUTPUT: ErrorOf<{ output: string; known: string }> = defineError({
  code: 'ENG_OUTPUT',
  message: (d) =>
    `Emitted to output "${d.output}", which the stage does not declare; it has ${d.known}.`,
  hint: () => 'Add the output to `outputs` of the definition.',
})

/** One record emitted more than the limit. */
export const ENG_MAX_EMIT: ErrorOf<{ limit: number }> = defineError({
  code: 'ENG_MAX_EMIT',
  message: (d) => `One record emitted more than ${d.limit} records.`,
  hint: () => 'Split the work over several stages, or emit less per record.',
})

/** An asynchronous handler took too long. */
export const ENG_TIMEOUT: ErrorOf<{ timeoutMs: number }> = defineError({
  code: 'ENG_TIMEOUT',
  message: (d) => `The record was not finished within ${d.timeoutMs} ms.`,
  hint: () => 'Raise `timeout` of the stage, or make its calls end sooner with context.signal.',
})

/** A step without a record in hand took too long. */
export const ENG_SLOW: ErrorOf<{ id: string; step: string; timeoutMs: number }> = defineError({
  code: 'ENG_SLOW',
  retry: 'later',
  message: (d) => `${d.step} of "${d.id}" was not finished within ${formatDuration(d.timeoutMs)}.`,
  hint: (d) =>
    `Check that what "${d.id}" connects to answers; a stage that needs longer can raise its \`timeout\`.`,
})

/** A part of a job failed more often than the job may start its parts again. */
export const ENG_RESTARTS: ErrorOf<{
  id: string
  failures: number
  periodMs: number
  intensity: number
  last: string
}> = defineError({
  code: 'ENG_RESTARTS',
  // The supervisor of the pipeline may have a try left.
  retry: 'later',
  message: (d) =>
    `"${d.id}" is not started again: the job saw ${d.failures} such failure${d.failures === 1 ? '' : 's'} within ${formatDuration(d.periodMs)}, and restart.intensity allows ${d.intensity}; the last one: ${d.last}`,
  hint: (d) => `Check what "${d.id}" connects to, or raise restart.intensity.`,
})

/** A pipeline began anew as often as it may, and failed again. */
export const ENG_GAVE_UP: ErrorOf<{
  failures: number
  periodMs: number
  intensity: number
  last: string
}> = defineError({
  code: 'ENG_GAVE_UP',
  message: (d) =>
    `The pipeline does not begin anew: it failed ${d.failures} time${d.failures === 1 ? '' : 's'} within ${formatDuration(d.periodMs)}, and restart.onEscalate.restart.intensity allows ${d.intensity}; the last failure: ${d.last}`,
  hint: () =>
    'Mend the cause of the last failure and run the job again; its old output is untouched.',
})

/** A pipeline may not begin anew: it would lose or double records. */
export const ENG_NOT_REPEATABLE: ErrorOf<{
  kind: 'source' | 'sink'
  id: string
  hasCheckpoints?: boolean | undefined
}> = defineError({
  code: 'ENG_NOT_REPEATABLE',
  message: (d) => {
    const text = 'The pipeline cannot begin anew after a failure'
    if (d.kind === 'source')
      return `${text}: source "${d.id}" cannot be read again from its beginning.`
    return d.hasCheckpoints === true
      ? `${text}: sink "${d.id}" does not deliver exactly once, so records behind the last checkpoint would stand there twice.`
      : `${text}: sink "${d.id}" does not replace its output, so records would stand there twice.`
  },
  hint: (d) => {
    const text = 'Take restart.onEscalate away, or'
    if (d.kind === 'source') return `${text} read from a source with a position, such as a file.`
    return d.hasCheckpoints === true
      ? `${text} write to a sink that delivers exactly once, such as a file or a table.`
      : `${text} write to a sink that replaces its output, such as a file with mode replace.`
  },
})

/** A limit or a budget makes no sense. */
export const ENG_LIMIT: ErrorOf<{ name: string; of: string; expected: string; got: string }> =
  defineError({
    code: 'ENG_LIMIT',
    message: (d) => `${d.name} of ${d.of} must be ${d.expected}; got ${d.got}.`,
    hint: (d) => `Leave ${d.name} out for its default, or give it a value above 0.`,
  })

/** A timer of a part threw. */
export const ENG_TIMER: ErrorOf<{ id: string; message: string }> = defineError({
  code: 'ENG_TIMER',
  retry: 'later',
  message: (d) => `A timer of "${d.id}" failed: ${d.message}`,
  hint: (d) => `Repair "${d.id}": what a timer does must not throw.`,
})

/** A timer was set where no key is in hand. */
export const ENG_TIMER_KEY: ErrorOf<Record<string, never>> = defineError({
  code: 'ENG_TIMER_KEY',
  message: () => 'A timer was set or deleted outside a record; it belongs to the key of a record.',
  hint: () =>
    'Set timers in process and in onTimer, or while entries() of a state walks over keys.',
})

/** A timer was set at no time. */
export const ENG_TIMER_AT: ErrorOf<{ got: string }> = defineError({
  code: 'ENG_TIMER_AT',
  message: (d) => `The time of a timer must be a number of milliseconds; got ${d.got}.`,
  hint: () => 'Give epoch milliseconds, such as context.timestamp + 60_000.',
})

/** A stage set a timer and has nothing that it could call. */
export const ENG_NO_ON_TIMER: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_NO_ON_TIMER',
  message: (d) => `A timer of stage "${d.id}" is due, and the stage has no onTimer.`,
  hint: () => 'Return onTimer(timer, context) beside process from create.',
})

/** Timers set timers for ever, and the input is over. */
export const ENG_TIMERS_ENDLESS: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_TIMERS_ENDLESS',
  message: (d) =>
    `Timers of stage "${d.id}" go on setting timers, and the input is over: they would never end.`,
  hint: () => 'Set no timer again in onTimer where context.watermark is Infinity.',
})

/** `context.exit` was called by a stage that does not declare it. */
export const ENG_EXIT: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_EXIT',
  message: (d) =>
    `Stage "${d.id}" called context.exit and does not declare exits: true, so no sink listens.`,
  hint: () =>
    'Declare exits: true in defineStage, as an option of through, or on the function or class that a job file names.',
})

/** A source, stage or sink could not be created or opened. */
export const ENG_START: ErrorOf<{ id: string; step: string; message: string }> = defineError({
  code: 'ENG_START',
  retry: 'later',
  message: (d) => `"${d.id}" failed to ${d.step}: ${d.message}`,
  hint: (d) => `Check the parameters of "${d.id}" and what it connects to.`,
})

/** A hook without a record in hand threw. */
export const ENG_HOOK: ErrorOf<{ id: string; hook: string; message: string }> = defineError({
  code: 'ENG_HOOK',
  message: (d) => `${d.hook} of "${d.id}" failed: ${d.message}`,
  hint: () => 'No record can be blamed, so the job ends. Repair the stage and run again.',
})

/** A source could not read on. */
export const ENG_SOURCE: ErrorOf<{ id: string; message: string }> = defineError({
  code: 'ENG_SOURCE',
  retry: 'later',
  message: (d) => `Source "${d.id}" failed: ${d.message}`,
  hint: () => 'Check that the input exists and can be read, then run again.',
})

/** The watermark strategy of a source threw. */
export const ENG_WATERMARKS: ErrorOf<{ id: string; method: string; message: string }> = defineError(
  {
    code: 'ENG_WATERMARKS',
    message: (d) =>
      `The watermark strategy of source "${d.id}" failed in ${d.method}: ${d.message}`,
    hint: () => 'Repair the strategy; for a record that tells nothing, after may return NaN.',
  },
)

/** A sink could not write, commit or flush. */
export const ENG_SINK: ErrorOf<{ id: string; step: string; message: string }> = defineError({
  code: 'ENG_SINK',
  retry: 'later',
  message: (d) => `Sink "${d.id}" failed to ${d.step}: ${d.message}`,
  hint: () => 'Check that the output can be written, then run again.',
})

/** Too many records failed. */
export const ENG_ERROR_RATE: ErrorOf<{ failed: number; of: number; atMost: number; last: string }> =
  defineError({
    code: 'ENG_ERROR_RATE',
    message: (d) =>
      `${d.failed} of the last ${d.of} records failed, more than the ${d.atMost * 100} % allowed; the last one: ${d.last}`,
    hint: () => 'Look at the dead letters; raise `errors.atMost` if so many failures are expected.',
  })

/** More records wait than may be parked. */
export const ENG_PARK_FULL: ErrorOf<{ id: string; most: number }> = defineError({
  code: 'ENG_PARK_FULL',
  message: (d) => `"${d.id}" holds ${d.most} parked records, and one more came.`,
  hint: (d) =>
    `Look at what is parked and mend "${d.id}"; onError: { park: { most: ${d.most * 10} } } holds more.`,
})

/** A job goes on from a checkpoint with parked records, and no longer parks any there. */
export const ENG_PARKED_LEFT: ErrorOf<{ id: string; count: number }> = defineError({
  code: 'ENG_PARKED_LEFT',
  message: (d) =>
    `"${d.id}" holds ${d.count} parked record${d.count === 1 ? '' : 's'} from an earlier run, and its onError does not park any more.`,
  hint: (d) => `Let "${d.id}" park again, release or skip what is there, and then change it.`,
})

/** A mailbox with `overflow: fail` ran full. */
export const ENG_OVERFLOW: ErrorOf<{ id: string; capacity: number }> = defineError({
  code: 'ENG_OVERFLOW',
  message: (d) => `The mailbox of "${d.id}" is full (${d.capacity} records).`,
  hint: () => 'Set mailbox.overflow to block, or raise mailbox.capacity.',
})

/** The job was ended at once by its caller. */
export const ENG_ABORTED: ErrorOf<Record<string, never>> = defineError({
  code: 'ENG_ABORTED',
  message: () => 'The job was aborted.',
  hint: () => 'Use stop() to finish what was read, or drain() to finish everything.',
})

/** The engine itself failed. */
export const ENG_INTERNAL: ErrorOf<{ message: string }> = defineError({
  code: 'ENG_INTERNAL',
  message: (d) => `The engine failed: ${d.message}`,
  hint: () => 'Report this with the job file; it is a fault of Millrace.',
})

/** A field is named and no record carries it: a warning, which ends nothing. */
export const ENG_FIELD_UNSEEN: ErrorOf<{
  id: string
  field: string
  records: number
  near: string | undefined
}> = defineError({
  code: 'ENG_FIELD_UNSEEN',
  message: (d) => {
    const count = String(d.records).replace(/\B(?=(\d{3})+$)/g, ',')
    const seen = `${count} record${d.records === 1 ? '' : 's'} seen`
    return `No record that reaches "${d.id}" has a field "${d.field}" (${seen}).`
  },
  hint: (d) => {
    const next = d.near === undefined ? 'Check the spelling.' : `Did you mean "${d.near}"?`
    return `${next} A missing field is null; ask with has() where it may be missing.`
  },
})

/** Results that replace earlier ones go to a part that would take both for results of their own. */
export const ENG_UPDATES = defineError<{ reader: string; writer: string }>({
  code: 'ENG_UPDATES',
  message: (d) =>
    `"${d.reader}" takes each record for one of its own, but "${d.writer}" gives results that replace earlier ones.`,
  hint: (d) =>
    `Let "${d.writer}" give one result each (emit: final, or end), or let "${d.reader}" read something else.`,
})

/** A checkpoint is asked of a job that takes none. */
export const ENG_NO_CHECKPOINTS: ErrorOf<Record<string, never>> = defineError({
  code: 'ENG_NO_CHECKPOINTS',
  message: () => 'The job takes no checkpoints.',
  hint: () =>
    'Give it a place for them: `checkpoint: { every: 10s, dir: ./state }` in its pipeline.',
})

/** What keeps the checkpoints of a job could not take one. */
export const ENG_CHECKPOINT: ErrorOf<{ number: number; message: string }> = defineError({
  code: 'ENG_CHECKPOINT',
  retry: 'later',
  message: (d) => `Checkpoint ${d.number} could not be written: ${d.message}`,
  hint: () =>
    'Check the place where they are kept; the one before it is whole, and the job goes on from there.',
})

/** A checkpoint is asked of a job before its `run`. */
export const ENG_NOT_STARTED: ErrorOf<Record<string, never>> = defineError({
  code: 'ENG_NOT_STARTED',
  message: () => 'The job has not been started.',
  hint: () => 'Call run() first; there is nothing to keep before.',
})

/** A checkpoint is asked of a job that has ended or is about to. */
export const ENG_ENDED: ErrorOf<Record<string, never>> = defineError({
  code: 'ENG_ENDED',
  message: () => 'The job is ending and takes no checkpoint but its last.',
  hint: () => 'Its last checkpoint holds all that it needs to go on.',
})
