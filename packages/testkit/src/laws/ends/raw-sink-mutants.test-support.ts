import { defineSink, type RawBatch, type SinkDefinition } from '@millrace/sdk'
import { base, buffered, type Mutant, type Table } from './sink-mutants.test-support.ts'

/** A sink that takes bytes; `read` makes a record of what came. */
function taking(
  read: (raw: RawBatch, index: number, value: unknown) => unknown,
): SinkDefinition<Table> {
  return defineSink({
    ...base,
    name: 'taking',
    raw: () => 'application/jsonl',
    create({ parameters }) {
      const instance = buffered(parameters)
      return {
        ...instance,
        write(batch) {
          const { raw } = batch
          if (raw === undefined) return instance.write(batch)
          const value = (index: number) => read(raw, index, batch.value(index))
          return instance.write({ ...batch, value })
        },
      }
    },
  })
}

function parsed(raw: RawBatch, index: number): unknown {
  const bytes = raw.bytes(index).subarray(raw.from(index), raw.to(index))
  return JSON.parse(new TextDecoder().decode(bytes)) as unknown
}

/** One that is right. */
export const healthyTaking: SinkDefinition<Table> = taking((raw, index) => parsed(raw, index))

/** Sinks with one fault each in what they do with bytes. */
export const rawMutants: readonly Mutant[] = [
  {
    fault: 'says that it writes bytes and writes records',
    law: 'raw',
    sink: taking((_raw, _index, value) => value),
  },
  {
    fault: 'writes the bytes of the first record for each',
    law: 'raw',
    sink: taking((raw) => parsed(raw, 0)),
  },
  {
    fault: 'writes all that the bytes lie in',
    law: 'raw',
    sink: taking((raw, index) => new TextDecoder().decode(raw.bytes(index))),
  },
]
