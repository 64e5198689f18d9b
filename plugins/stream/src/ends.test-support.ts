import {
  type InstanceScope,
  noExpressions,
  type SinkBatch,
  type SinkInstance,
  type SourceInstance,
} from '@millrace/sdk'
import { onTestFinished } from 'vitest'
import { streamSink, type StreamSinkParameters } from './stream-sink.ts'
import { streamSource, type StreamSourceParameters } from './stream-source.ts'
import type { StreamRuntime } from './stream-runtime.ts'

/** What a part got told and counted. */
export interface Said {
  readonly warnings: string[]
  readonly counts: Record<string, number>
}

function scopeOf(
  runtime: StreamRuntime,
  said: Said,
): InstanceScope & { expressions: typeof noExpressions; inject: () => never } {
  const silent = (): void => undefined
  return {
    id: 'part',
    instance: 0,
    inputEnds: false,
    clock: { now: () => runtime.now(), monotonic: () => runtime.now() },
    timer: (delayMs, task) => runtime.timer(delayMs, task),
    random: () => runtime.random(),
    logger: {
      debug: silent,
      info: silent,
      warn: (message) => void said.warnings.push(message),
      error: silent,
    },
    metrics: {
      counter: (name) => ({
        add: (count) => void (said.counts[name] = (said.counts[name] ?? 0) + count),
      }),
    },
    expressions: noExpressions,
    inject: () => {
      throw new Error('nothing is injected')
    },
  }
}

/** A batch of values, as a sink reads it. */
export function batchOf(values: readonly unknown[]): SinkBatch {
  return {
    length: values.length,
    value: (index) => values[index],
    id: (index) => String(index),
    timestamp: () => 0,
    watermark: () => 0,
    key: () => undefined,
    origin: () => undefined,
  }
}

/** A sink that is open, closed when the test is over. */
export async function openSink(
  parameters: StreamSinkParameters,
  runtime: StreamRuntime,
): Promise<
  Required<
    Pick<SinkInstance, 'write' | 'prepare' | 'commit' | 'recover' | 'forget' | 'abort' | 'close'>
  >
> {
  const scope = scopeOf(runtime, { warnings: [], counts: {} })
  const sink = await streamSink.create({ parameters, ...scope })
  await sink.open?.()
  onTestFinished(async () => sink.close?.())
  return sink as Awaited<ReturnType<typeof openSink>>
}

/** A source that is open, closed when the test is over. */
export async function openSource(
  parameters: Partial<StreamSourceParameters> & { readonly name: string; readonly dir: string },
  runtime: StreamRuntime,
): Promise<SourceInstance & { readonly said: Said }> {
  const said: Said = { warnings: [], counts: {} }
  const all = { from: 'earliest' as const, follow: false, ...parameters }
  const source = await streamSource.create({ parameters: all, ...scopeOf(runtime, said) })
  await source.open?.()
  onTestFinished(async () => source.close?.())
  return Object.assign(source, { said })
}
