import { BATCH_MAX, type SinkFactory, type SourceFactory } from '@millrace/sdk'

/** A source over `values`, in batches of `batch` records (default and most: 1,024). `ends` is what it declares. */
export function valuesSource(
  values: Iterable<unknown>,
  options: { readonly ends?: boolean; readonly batch?: number } = {},
): SourceFactory {
  const most = Math.max(1, Math.min(BATCH_MAX, options.batch ?? BATCH_MAX))
  function* read(): Generator<{ readonly values: readonly unknown[] }> {
    let batch: unknown[] = []
    for (const value of values) {
      batch.push(value)
      if (batch.length < most) continue
      yield { values: batch }
      batch = []
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

/** A sink for tests: read `values` when the job is over. */
export function collectSink(): CollectSink {
  const values: unknown[] = []
  const timestamps: number[] = []
  return {
    values,
    timestamps,
    traits: { name: 'collect', guarantee: 'Keeps everything in memory.' },
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) {
          values.push(batch.value(index))
          timestamps.push(batch.timestamp(index))
        }
      },
    }),
    dispose: () => undefined,
  }
}
