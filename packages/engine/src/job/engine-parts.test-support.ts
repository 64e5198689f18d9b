import type {
  Batch,
  SinkFactory,
  SinkInstance,
  SourceBatch,
  SourceFactory,
  StageFactory,
  StageInstance,
  StageScope,
  StageTraits,
} from '@millrace/sdk'
import type {
  JobSpec,
  KeyPart,
  OutputRef,
  SinkSpec,
  SourceSpec,
  StageSpec,
} from '../plan/job-spec.ts'

/** Parts of jobs for tests of this package. */
export function listSource(
  batches: readonly (SourceBatch | readonly unknown[])[],
  more: Partial<SourceSpec> & { readonly ends?: boolean } = {},
): SourceSpec {
  const factory: SourceFactory = {
    traits: { name: 'list', ends: more.ends ?? true, replay: 'none' },
    create: () => ({
      *read(_partition, _position, { signal }) {
        for (const batch of batches) {
          if (signal.aborted) return
          yield isList(batch) ? { values: batch } : batch
        }
      },
    }),
    dispose() {},
  }
  const { ends: _, ...spec } = more
  return { id: 'source', factory, ...spec }
}

/** A source that gives what it is told to, when it is told to. */
export function gatedSource(
  id = 'source',
): SourceSpec & { give(records: readonly unknown[]): void; end(): void } {
  const batches: (readonly unknown[])[] = []
  const input = { isOver: false }
  let wake = (): void => {}
  const factory: SourceFactory = {
    traits: { name: 'gated', ends: true, replay: 'none' },
    create: () => ({
      async *read(_partition, _position, { signal }) {
        signal.addEventListener('abort', () => wake())
        for (;;) {
          const next = batches.shift()
          if (next !== undefined) yield { values: next }
          else if (input.isOver || signal.aborted) return
          else await new Promise<void>((resolve) => void (wake = resolve))
        }
      },
    }),
    dispose() {},
  }
  const give = (records: readonly unknown[]): void => {
    batches.push(records)
    wake()
  }
  const end = (): void => {
    input.isOver = true
    wake()
  }
  return { id, factory, give, end }
}

/** A key field of that name. */
export function keyPart(name: string): KeyPart {
  const read = (record: unknown): unknown => (record as Readonly<Record<string, unknown>>)[name]
  return { name, description: name, read }
}

export function from(id: string, output = 'out'): OutputRef {
  return { id, output }
}

export function stage(
  id: string,
  input: string,
  instance: StageInstance | ((scope: StageScope) => StageInstance),
  more: Partial<StageSpec> & { readonly traits?: Partial<StageTraits> } = {},
): StageSpec {
  const { traits, ...spec } = more
  const factory: StageFactory = {
    traits: {
      name: 'inline',
      inputs: ['in'],
      outputs: { out: 'Results.' },
      keeps: 'state',
      absorbs: false,
      ...traits,
    },
    create: (scope) => (typeof instance === 'function' ? instance(scope) : instance),
    dispose() {},
  }
  return { id, factory, inputs: [{ name: 'in', from: [from(input)] }], ...spec }
}

export interface ListSink extends SinkSpec {
  readonly records: unknown[]
  readonly timestamps: number[]
  readonly calls: string[]
}

export function listSink(
  id: string,
  inputs: readonly OutputRef[],
  instance: Partial<SinkInstance> = {},
): ListSink {
  const records: unknown[] = []
  const timestamps: number[] = []
  const calls: string[] = []
  const factory: SinkFactory = {
    traits: { name: 'list', guarantee: 'None.' },
    create: () => ({
      write(batch: Batch) {
        for (let index = 0; index < batch.length; index++) {
          records.push(batch.value(index))
          timestamps.push(batch.timestamp(index))
        }
      },
      commit: () => void calls.push('commit'),
      abort: () => void calls.push('abort'),
      close: () => void calls.push('close'),
      ...instance,
    }),
    dispose: () => void calls.push('dispose'),
  }
  return { id, factory, from: inputs, records, timestamps, calls }
}

export function job(parts: Partial<JobSpec> & Pick<JobSpec, 'sources' | 'sinks'>): JobSpec {
  return { name: 'test', stages: [], ...parts }
}

function isList(batch: SourceBatch | readonly unknown[]): batch is readonly unknown[] {
  return Array.isArray(batch)
}
