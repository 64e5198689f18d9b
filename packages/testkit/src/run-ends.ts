import type { SinkCounts, SourceCounts } from '@millrace/engine'
import {
  type SinkDefinition,
  type SourceDefinition,
  toSinkFactory,
  toSourceFactory,
} from '@millrace/sdk'
import { collectSink, valuesSource } from './ends.ts'
import { injectionOf, type MakeOptions } from './injection-of.ts'
import { type Rejected, runSpec } from './run-spec.ts'

/** What a source gave. */
export interface SourceRun {
  readonly output: readonly unknown[]
  /** What could not be decoded. */
  readonly rejected: readonly Rejected[]
  readonly counts: SourceCounts
}

/** Reads a source to its end, or `limit` entries, on the real engine. Throws TST_PARAMETERS; rejects with the cause when it fails. */
export async function runSource<P>(
  definition: SourceDefinition<P>,
  options: MakeOptions & { readonly limit?: number } = {},
): Promise<SourceRun> {
  const sink = collectSink()
  const { summary, rejected } = await runSpec({
    sources: [
      {
        id: 'source',
        factory: toSourceFactory(definition, injectionOf(definition, options)),
        limit: options.limit,
      },
    ],
    stages: [],
    sinks: [{ id: 'sink', factory: sink, from: [{ id: 'source', output: 'out' }] }],
  })
  return { output: sink.values, rejected, counts: summary.sources[0] as SourceCounts }
}

/** What a sink took. */
export interface SinkRun {
  readonly rejected: readonly Rejected[]
  readonly counts: SinkCounts
}

/** Writes `input` to a sink and commits it, on the real engine. Throws TST_PARAMETERS; rejects with the cause when it fails. */
export async function runSink<P>(
  definition: SinkDefinition<P>,
  options: MakeOptions & { readonly input: Iterable<unknown> },
): Promise<SinkRun> {
  const { summary, rejected } = await runSpec({
    sources: [{ id: 'source', factory: valuesSource(options.input) }],
    stages: [],
    sinks: [
      {
        id: 'sink',
        factory: toSinkFactory(definition, injectionOf(definition, options)),
        from: [{ id: 'source', output: 'out' }],
      },
    ],
  })
  const counts = summary.sinks.find(({ id }) => id === 'sink') as SinkCounts
  return { rejected, counts }
}
