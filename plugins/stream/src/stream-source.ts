import {
  BATCH_MAX,
  defineSource,
  type InstanceScope,
  type ReadOptions,
  type SourceBatch,
  type SourceDefinition,
  type SourceInstance,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { STREAM_GONE, STREAM_POSITION } from './errors.ts'
import type { Message } from './store/messages.ts'
import { openStream } from './open-stream.ts'
import type { Place } from './store/place.ts'
import type { Stream } from './stream.ts'
import { nameParameter, placeParameters } from './stream-parameters.ts'
import { runtimeOf } from './stream-runtime.ts'

const parameters = z.strictObject({
  ...placeParameters,
  group: nameParameter.optional().meta({
    description:
      'A group that shows how far the job is, with each durable checkpoint: retention waits for it, and a job without a checkpoint begins there. Of this source alone.',
  }),
  from: z
    .union([
      z.enum(['earliest', 'latest']),
      z.int().min(0),
      z.strictObject({
        time: z.string().refine((text) => !Number.isNaN(Date.parse(text)), {
          error: 'must be a time such as 2026-01-31T12:00:00Z',
        }),
      }),
    ])
    .default('earliest')
    .meta({
      description:
        'Where a job without a checkpoint begins: earliest, latest, an offset, or { time: … } for what was appended from then on.',
    }),
  follow: z.boolean().default(true).meta({
    description:
      'Whether to wait for more, until the stream is ended. false: ends with the last message there was at the start.',
  }),
})

/** What the source `stream` takes. */
export type StreamSourceParameters = z.output<typeof parameters>

/** Reads a stream: each message once, in order. A job with checkpoints goes on behind the last one that it has in its state. */
export const streamSource: SourceDefinition<StreamSourceParameters> = defineSource({
  name: 'stream',
  summary: 'Reads a durable stream of this machine, from any place, and waits for more.',
  parameters,
  main: 'name',
  replay: 'position',
  ends: ({ follow }) => !follow,
  create: ({ parameters, ...scope }) => createSource(parameters, scope),
})

function createSource(parameters: StreamSourceParameters, scope: InstanceScope): SourceInstance {
  const { dir, follow, group, name } = parameters
  const gone = scope.metrics.counter('gone')
  let opened: Stream | undefined
  /** Where a job begins that has no checkpoint. */
  async function start(stream: Stream): Promise<Place> {
    const state = group === undefined ? undefined : await stream.group(group).state()
    if (state !== undefined) return state.next
    const { from } = parameters
    return typeof from === 'object' ? { time: Date.parse(from.time) } : from
  }
  /** Says what is missing in front of a message. */
  function miss(expected: number, found: number): void {
    if (found <= expected) return
    gone.add(found - expected)
    const message = `${found - expected} messages of stream "${name}" were deleted before they could be read.`
    scope.logger.warn(message, { from: expected, to: found })
  }
  return {
    async open() {
      // Who waits for messages may be there before who appends them.
      opened = await openStream(name, { dir, create: follow, runtime: runtimeOf(scope) })
    },
    async *read(_partition, position, { signal }: ReadOptions): AsyncGenerator<SourceBatch> {
      const stream = opened as Stream
      const state = await stream.state()
      let offset = offsetOf(position)
      if (offset !== undefined && offset < state.first) {
        throw STREAM_GONE({ stream: name, offset, first: state.first })
      }
      offset ??= await stream.offsetOf(await start(stream))
      // A checkpoint before the first message says where "latest" was.
      yield { values: [], position: { offset } }
      const batches = stream.batches({
        from: offset,
        limit: BATCH_MAX,
        follow,
        signal,
        ...(follow ? {} : { before: state.next }),
      })
      for await (const messages of batches) {
        miss(offset, firstOffset(messages))
        offset = lastOffset(messages) + 1
        yield {
          values: messages.map(({ value }) => value),
          offsets: messages.map(({ offset }) => offset),
          position: { offset },
        }
      }
    },
    async ack(positions) {
      const offset = offsetOf(positions[''])
      if (group !== undefined && offset !== undefined) await opened?.group(group).advance(offset)
    },
    close: () => opened?.close(),
  }
}

const firstOffset = (messages: readonly Message[]): number => messages[0]?.offset ?? 0
const lastOffset = (messages: readonly Message[]): number => messages.at(-1)?.offset ?? 0

function offsetOf(position: unknown): number | undefined {
  if (position === undefined) return undefined
  const { offset } = (position ?? {}) as { readonly offset?: unknown }
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  throw STREAM_POSITION({ part: 'source', got: JSON.stringify(position) ?? typeof position })
}
