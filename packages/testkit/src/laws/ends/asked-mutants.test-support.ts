import {
  defineSource,
  type RawRecords,
  type ReadOptions,
  type SourceBatch,
  type SourceDefinition,
} from '@millrace/sdk'
import { base, instanceOf, type Lines, type Mutant } from './source-mutants.test-support.ts'

/** Leaves out of a batch what the prefilter does not admit. */
function sifted(batch: SourceBatch, { prefilter }: ReadOptions): SourceBatch {
  if (prefilter === undefined) return batch
  const { offsets, lines, raw, values } = batch
  const kept = [...values.keys()].filter((at) => prefilter.admits(values[at]))
  const of = <T>(column: ArrayLike<T> | undefined) => column && kept.map((at) => column[at] as T)
  return {
    ...batch,
    values: kept.map((at) => values[at]),
    offsets: of(offsets),
    lines: of(lines),
    raw: raw && { bytes: of(raw.bytes) ?? [], from: of(raw.from) ?? [], to: of(raw.to) ?? [] },
    leftOut: values.length - kept.length,
  }
}

/** The bytes of lines, as they are given with their values. */
function rawOf(lines: readonly string[], { offsets = [] }: SourceBatch): RawRecords {
  const own = Array.from(offsets, (offset) => new TextEncoder().encode(`${lines[offset]}\n`))
  return { bytes: own, from: own.map(() => 0), to: own.map(({ length }) => length - 1) }
}

type Change = (batch: SourceBatch, asked: ReadOptions) => SourceBatch

/** A source that leaves out records and gives bytes; `change` is what it does otherwise to its batches. */
function sifting(
  change: Change,
  changesSifted: Change = (batch) => batch,
): SourceDefinition<Lines> {
  return defineSource({
    ...base,
    name: 'sifting',
    raw: () => 'application/jsonl',
    create({ parameters }) {
      const instance = instanceOf(parameters)
      return {
        ...instance,
        async *read(partition, position, asked) {
          for await (const batch of instance.read(partition, position, asked)) {
            const raw = asked.raw === true ? rawOf(parameters.lines, batch) : undefined
            yield changesSifted(sifted(change({ ...batch, raw }, asked), asked), asked)
          }
        },
      }
    },
  })
}

/** One that is right. */
export const healthySifting: SourceDefinition<Lines> = sifting((batch) => batch)

const scratch = new Uint8Array(200)

const withRaw = (change: (raw: RawRecords) => RawRecords | undefined): Change => {
  return (batch) => (batch.raw === undefined ? batch : { ...batch, raw: change(batch.raw) })
}

/** Sources with one fault each in what they are asked for. */
export const askedMutants: readonly Mutant[] = [
  {
    fault: 'does not count what it leaves out',
    law: 'prefilter',
    source: sifting(
      (batch) => batch,
      (batch) => (batch.leftOut === undefined ? batch : { ...batch, leftOut: 0 }),
    ),
  },
  {
    fault: 'asks a prefilter twice',
    law: 'prefilter',
    source: sifting((batch, { prefilter }) => {
      for (const value of batch.values) prefilter?.admits(value)
      return batch
    }),
  },
  {
    fault: 'leaves out a record that is wanted',
    law: 'prefilter',
    source: sifting(
      (batch) => batch,
      (batch) =>
        batch.leftOut === undefined || batch.values.length < 2
          ? batch
          : { ...batch, values: batch.values.slice(1), leftOut: batch.leftOut + 1 },
    ),
  },
  {
    fault: 'does not say where the records stand that it gives',
    law: 'prefilter',
    source: sifting(
      (batch) => batch,
      (batch) => (batch.leftOut === undefined ? batch : { ...batch, offsets: undefined }),
    ),
  },
  {
    fault: 'shows a prefilter less than it reads',
    law: 'prefilter',
    source: sifting((batch, { prefilter }) =>
      prefilter === undefined ? batch : { ...batch, values: batch.values.map(() => ({})) },
    ),
  },
  {
    fault: 'gives the bytes of the record behind',
    law: 'raw',
    source: sifting(
      withRaw((raw) => ({ ...raw, bytes: [...raw.bytes.slice(1), ...raw.bytes.slice(0, 1)] })),
    ),
  },
  {
    fault: 'gives no bytes',
    law: 'raw',
    source: sifting(withRaw(() => undefined)),
  },
  {
    fault: 'gives bytes in a buffer that it uses again',
    law: 'raw',
    source: sifting(
      withRaw(({ bytes, ...raw }) => {
        let at = 0
        const from = bytes.map((one) => {
          scratch.set(one, at)
          return (at += one.length) - one.length
        })
        const to = from.map((start, index) => start + (raw.to[index] as number))
        return { bytes: bytes.map(() => scratch), from, to }
      }),
    ),
  },
]
