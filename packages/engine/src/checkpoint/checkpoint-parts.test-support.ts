import type {
  SinkBatch,
  SinkInstance,
  SinkToken,
  SourceInstance,
  SourceTraits,
} from '@millrace/sdk'
import type { OutputRef, SinkSpec, SourceSpec } from '../plan/job-spec.ts'
import type { CheckpointStore, JobCheckpoint } from './checkpoint.ts'

/** Keeps checkpoints as a disk would: what a job does to its own objects later changes nothing. */
export interface MemoryStore extends CheckpointStore {
  readonly all: JobCheckpoint[]
  readonly last: JobCheckpoint | undefined
}

/** `before` may hold a commit back, or fail it. */
export function memoryStore(before = async (_checkpoint: JobCheckpoint) => {}): MemoryStore {
  const all: JobCheckpoint[] = []
  return {
    all,
    get last() {
      return all.at(-1)
    },
    async commit(checkpoint) {
      await before(checkpoint)
      all.push(structuredClone(checkpoint))
    },
  }
}

/** A source that can be read again from any place, and goes on as long as it is given more. */
export interface GrowingSource extends SourceSpec {
  give(...values: unknown[]): void
  end(): void
  readonly acks: Readonly<Record<string, unknown>>[]
}

export function growingSource(
  id = 'source',
  more: {
    readonly spec?: Partial<SourceSpec>
    readonly traits?: Partial<SourceTraits>
    readonly instance?: Partial<SourceInstance>
  } = {},
): GrowingSource {
  const values: unknown[] = []
  const acks: Readonly<Record<string, unknown>>[] = []
  const wakes = new Set<() => void>()
  const input = { isOver: false }
  const wake = (): void => {
    for (const one of wakes) one()
    wakes.clear()
  }
  const create = (): SourceInstance => ({
    async *read(_partition, position, { signal }) {
      signal.addEventListener('abort', wake)
      for (let at = (position as number | undefined) ?? 0; ;) {
        if (at < values.length) {
          const some = values.slice(at)
          at = values.length
          yield { values: some, position: at }
        } else if (input.isOver || signal.aborted) return
        else await new Promise<void>((resolve) => void wakes.add(resolve))
      }
    },
    ack: (positions) => void acks.push(positions),
    ...more.instance,
  })
  const traits = { name: 'growing', ends: true, replay: 'position' as const, ...more.traits }
  return {
    id,
    factory: { traits, create, dispose() {} },
    ...more.spec,
    acks,
    give(...some) {
      values.push(...some)
      wake()
    },
    end() {
      input.isOver = true
      wake()
    },
  }
}

/** A sink that shows what it wrote once its checkpoint is durable, on a disk that outlives its instances. */
export interface ExactSink extends SinkSpec {
  readonly visible: unknown[]
  readonly log: string[]
}

export function exactSink(
  id: string,
  inputs: readonly OutputRef[],
  more: Partial<SinkInstance> = {},
): ExactSink {
  const visible: unknown[] = []
  const log: string[] = []
  const prepared = new Map<number, readonly unknown[]>()
  let shown = 0
  const show = (number: number): void => {
    if (number > shown) visible.push(...(prepared.get(number) ?? []))
    shown = Math.max(shown, number)
  }
  const create = (): SinkInstance => {
    let rows: unknown[] = []
    return {
      write(batch: SinkBatch) {
        for (let index = 0; index < batch.length; index++) rows.push(batch.value(index))
      },
      prepare({ checkpoint, final }) {
        log.push(`prepare ${checkpoint}${final ? ' final' : ''}`)
        prepared.set(checkpoint, rows)
        rows = []
        return { checkpoint }
      },
      commit(token?: SinkToken) {
        log.push(`commit ${String(token?.['checkpoint'])}`)
        show(Number(token?.['checkpoint']))
      },
      recover(token) {
        const number = Number(token?.['checkpoint'] ?? 0)
        log.push(`recover ${number}`)
        show(number)
        for (const one of prepared.keys()) if (one > number) prepared.delete(one)
      },
      abort() {
        log.push('abort')
        rows = []
      },
      close: () => void log.push('close'),
      ...more,
    }
  }
  const traits = { name: 'exact', guarantee: 'All of it.', delivers: 'exactlyOnce' as const }
  return { id, from: inputs, factory: { traits, create, dispose() {} }, visible, log }
}
