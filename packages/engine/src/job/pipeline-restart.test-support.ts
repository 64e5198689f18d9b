import type { Batch, SinkFactory, SourceBatch, SourceFactory } from '@millrace/sdk'
import type { OutputRef, SinkSpec, SourceSpec } from '../plan/job-spec.ts'

/** Gives the whole numbers below `count`, `size` at a time, from any position. */
export function numbers(count: number, size: number, fails = (_n: number) => false): SourceSpec {
  const factory: SourceFactory = {
    traits: { name: 'numbers', ends: true, replay: 'position' },
    create: () => ({
      *read(_partition, position): Generator<SourceBatch> {
        for (let n = (position as number | undefined) ?? 0; n < count; n += size) {
          const values = Array.from({ length: Math.min(size, count - n) }, (_, index) => n + index)
          if (values.some(fails)) throw new Error('no line')
          yield { values, position: n + values.length }
        }
      },
    }),
    dispose() {},
  }
  const time = { timestamp: (n: unknown) => n as number, disorderMs: 0, description: 'itself' }
  return { id: 'source', factory, time }
}

/** A sink whose output takes the place of the old one when it commits. */
export function replacingSink(
  id: string,
  from: readonly OutputRef[],
  fails = (_value: unknown) => false,
): SinkSpec & { readonly output: () => readonly unknown[] | undefined; readonly log: string[] } {
  let output: readonly unknown[] | undefined
  const log: string[] = []
  const factory: SinkFactory = {
    traits: { name: 'replacing', guarantee: 'Whole.', replaces: true },
    create() {
      let written: unknown[] = []
      log.push('create')
      return {
        write(batch: Batch) {
          for (let index = 0; index < batch.length; index++) {
            if (fails(batch.value(index))) throw new Error('no disk')
          }
          for (let index = 0; index < batch.length; index++) written.push(batch.value(index))
        },
        commit() {
          output = written
          log.push('commit')
        },
        abort() {
          const discarded = written.length
          written = []
          log.push('abort')
          return { discarded }
        },
        close: () => void log.push('close'),
      }
    },
    dispose: () => void log.push('dispose'),
  }
  return { id, factory, from, output: () => output, log }
}
