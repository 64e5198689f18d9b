import { BATCH_MAX, type SinkFactory, type SourceFactory } from '@millrace/sdk'

/**
 * A source over `values`, in batches of `batch` records (default and most: 1,024; a list: sizes that take turns).
 * `ends` is what it declares.
 */
export function valuesSource(
  values: Iterable<unknown>,
  options: { readonly ends?: boolean; readonly batch?: number | readonly number[] } = {},
): SourceFactory {
  const sizes = [options.batch ?? BATCH_MAX].flat()
  function* read(): Generator<{ readonly values: readonly unknown[] }> {
    let batch: unknown[] = []
    let count = 0
    for (const value of values) {
      batch.push(value)
      const size = sizes[count % sizes.length] ?? BATCH_MAX
      if (batch.length < Math.max(1, Math.min(BATCH_MAX, size))) continue
      yield { values: batch }
      batch = []
      count++
    }
    if (batch.length > 0) yield { values: batch }
  }
  return {
    traits: { name: 'values', ends: options.ends ?? true, replay: 'none' },
    create: () => ({ read }),
    dispose: () => undefined,
  }
}

/** A sink that keeps what it gets, in order. */
export interface CollectSink extends SinkFactory {
  readonly values: readonly unknown[]
  /** Event time of each value, epoch ms. */
  readonly timestamps: readonly number[]
}

/** A sink for tests: read `values` when the job is over; `onValue` gets each when it is written. */
export function collectSink(onValue?: (value: unknown) => void): CollectSink {
  const values: unknown[] = []
  const timestamps: number[] = []
  return {
    values,
    timestamps,
    traits: { name: 'collect', guarantee: 'Keeps everything in memory.' },
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) {
          onValue?.(batch.value(index))
          values.push(batch.value(index))
          timestamps.push(batch.timestamp(index))
        }
      },
    }),
    dispose: () => undefined,
  }
}
