import { defineError } from '@millrace/base'

/** A stream, processor, window or join is named that does not exist. */
export const CLASSIC_UNKNOWN = defineError<{
  kind: string
  id: string
  near: string | undefined
  known: readonly string[]
}>({
  code: 'CLASSIC_UNKNOWN',
  message: (d) => `There is no ${d.kind} "${d.id}".`,
  hint: (d) => {
    if (d.near !== undefined) return `Did you mean "${d.near}"?`
    return d.known.length === 0 ? `Create one first.` : `There are: ${d.known.join(', ')}.`
  },
})

/** An id is used a second time. */
export const CLASSIC_ID_TAKEN = defineError<{ kind: string; id: string }>({
  code: 'CLASSIC_ID_TAKEN',
  message: (d) => `There is a ${d.kind} "${d.id}" already.`,
  hint: () => 'Use the one there is, or another id.',
})

/** An option that cannot be used. */
export const CLASSIC_OPTION = defineError<{
  of: string
  path: string
  fault: string
  hint: string
}>({
  code: 'CLASSIC_OPTION',
  message: (d) => `${d.of}: ${d.path} ${d.fault}.`,
  hint: (d) => d.hint,
})

/** What is published is no event. */
export const CLASSIC_EVENT = defineError<{ stream: string; fault: string }>({
  code: 'CLASSIC_EVENT',
  message: (d) => `What is published to "${d.stream}" ${d.fault}.`,
  hint: () => 'Publish { type, data, eventTime } with a Date or epoch ms as eventTime.',
})

/** There is no room, and the stream does not wait. */
export const CLASSIC_FULL = defineError<{ stream: string; holder: string; capacity: number }>({
  code: 'CLASSIC_FULL',
  retry: 'later',
  message: (d) => `"${d.stream}" is full: ${d.holder} holds ${d.capacity} events.`,
  hint: () => "Publish again later, raise the capacity, or leave out whenFull: 'reject' to wait.",
})

/** Something is published, created or asked for after the end. */
export const CLASSIC_CLOSED = defineError<{ what: string }>({
  code: 'CLASSIC_CLOSED',
  message: (d) => `${d.what} after drain() or stop().`,
  hint: () => 'Create another Classic for what is to come.',
})

/** The job behind a processor, window or join has failed. */
export const CLASSIC_FAILED = defineError<{ consumer: string; message: string }>({
  code: 'CLASSIC_FAILED',
  message: (d) => `"${d.consumer}" has failed: ${d.message}`,
  hint: (d) => `Mend it; unregister("${d.consumer}") lets its stream go on without it.`,
})

/** Results would come back to the stream they are made from. */
export const CLASSIC_CIRCLE = defineError<{ consumer: string; path: readonly string[] }>({
  code: 'CLASSIC_CIRCLE',
  message: (d) => `"${d.consumer}" would close a circle of streams: ${d.path.join(' -> ')}.`,
  hint: () =>
    'Send the results to another stream: with backpressure a circle would wait for itself.',
})

/** Batches are asked of a stream that keeps no buffer. */
export const CLASSIC_NO_BUFFER = defineError<{ stream: string }>({
  code: 'CLASSIC_NO_BUFFER',
  message: (d) => `"${d.stream}" keeps no events for batches.`,
  hint: (d) => `Create it with a buffer: createStream("${d.stream}", { buffer: 1000 }).`,
})

/** The handler of a batch failed: its events are where they were. */
export const CLASSIC_BATCH = defineError<{ stream: string; count: number; message: string }>({
  code: 'CLASSIC_BATCH',
  retry: 'later',
  message: (d) => `A batch of ${d.count} events of "${d.stream}" failed: ${d.message}`,
  hint: () => 'The events are still in the buffer: mend the handler and process the batch again.',
})

/** The events of a window are asked for that keeps none. */
export const CLASSIC_NO_EVENTS = defineError<{ window: string }>({
  code: 'CLASSIC_NO_EVENTS',
  message: (d) => `"${d.window}" keeps no events: it was created with keepsEvents: false.`,
  hint: () => 'Read its values, or leave keepsEvents out.',
})

/** A target of results threw. */
export const CLASSIC_TARGET = 'CLASSIC_TARGET'
