import { setField } from '@millrace/base'
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
import { streamOf } from './chance.ts'
import { GENERATE_POSITION } from './errors.ts'
import { defaultFields, fieldSpec } from './field-spec.ts'
import { makeField, type MakeField } from './make-field.ts'
import { waitFor } from './wait-for.ts'

const parameters = z.strictObject({
  count: z.int().min(0).optional().meta({
    description: 'How many records to make. Default: no end.',
  }),
  rate: z.number().positive().optional().meta({
    description: 'Records per second. Default: as fast as they are taken.',
  }),
  seed: z.int().default(1).meta({
    description: 'The same seed makes the same records.',
  }),
  fields: z.record(z.string(), fieldSpec).default(defaultFields).meta({
    description:
      'What each field holds: sequence, uuid, { sequence: { start, step } }, { integer: { min, max } }, { uniform: { min, max } }, { normal: { mean, deviation } }, { choice: [...] } or { choice: { value: weight } }, { time: { start, step } } or { constant: ... }.',
  }),
})

/** Parameters of `generate`, defaults filled in. */
export type GenerateParameters = z.output<typeof parameters>

/** Makes synthetic records: a function of the seed, so every run is the same. */
export const generate: SourceDefinition<GenerateParameters> = defineSource({
  name: 'generate',
  summary: 'Makes seeded synthetic records, for trying and testing jobs.',
  parameters,
  main: 'count',
  replay: 'position',
  ends: ({ count }) => count !== undefined,
  create: ({ parameters, ...scope }) => createGenerate(parameters, scope),
})

function createGenerate(
  { count = Number.POSITIVE_INFINITY, rate, seed, fields }: GenerateParameters,
  scope: Pick<InstanceScope, 'clock' | 'timer'>,
): SourceInstance {
  const makers = Object.entries(fields).map(
    ([name, spec]) => [name, makeField(spec, streamOf(seed, name))] as const,
  )
  return {
    async *read(_partition, position, { signal }: ReadOptions): AsyncGenerator<SourceBatch> {
      let index = indexOf(position)
      const first = index
      const start = scope.clock.monotonic()
      while (index < count && !signal.aborted) {
        let due = count
        if (rate !== undefined) {
          const elapsedMs = scope.clock.monotonic() - start
          due = Math.min(count, first + Math.floor((elapsedMs * rate) / 1000) + 1)
          if (due <= index) {
            await waitFor(((index - first) * 1000) / rate - elapsedMs, signal, scope.timer)
            continue
          }
        }
        const end = Math.min(due, index + BATCH_MAX)
        const values: unknown[] = []
        const offsets: number[] = []
        for (; index < end; index++) {
          values.push(makeRecord(makers, index))
          offsets.push(index)
        }
        yield { values, offsets, position: index }
      }
    },
  }
}

function indexOf(position: unknown): number {
  if (position === undefined) return 0
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) {
    throw GENERATE_POSITION({ position })
  }
  return position
}

function makeRecord(makers: readonly (readonly [string, MakeField])[], index: number): unknown {
  const record: Record<string, unknown> = {}
  for (const [name, make] of makers) setField(record, name, make(index))
  return record
}
