import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { noOrigins, RecordBatch } from '../run/record-batch.ts'
import { BatchDecoder } from '../threads/batch-decoder.ts'
import { BatchEncoder } from '../threads/batch-encoder.ts'
import type { LinkMessage } from '../threads/link-message.ts'
import { pack, type Parcel, unpack } from './parcel.ts'

const bytes = fc.uint8Array({ maxLength: 9 })
const value = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  maxDepth: 3,
})
/** Records alike and unlike, with what only some ways to another process would change. */
const record = fc.oneof(
  value,
  fc.record({ n: fc.double(), text: fc.string(), flag: fc.boolean() }),
  fc.record({ n: fc.integer(), part: bytes.map((all) => all.subarray(all.length >> 1)) }),
  fc.record({ buffer: bytes.map((all) => Buffer.from(all)), inner: fc.record({ of: value }) }),
)

/** As Node does it, but for the pipe. */
const sent = (parcel: Parcel): Parcel => deserialize(serialize(parcel)) as Parcel

/** What views see of more than their own part is part of the value. */
const seen = (values: readonly unknown[]): unknown[] =>
  values.map((one) => {
    const { part } = (one ?? {}) as { readonly part?: unknown }
    return [one, part instanceof Uint8Array ? [part.byteOffset, new Uint8Array(part.buffer)] : null]
  })

it('gives another process what structuredClone makes of it, in batches and in all else', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { minLength: 1, maxLength: 9 })), (batches) => {
      const encoder = new BatchEncoder(undefined)
      const decoder = new BatchDecoder(undefined)
      for (const values of batches) {
        const numbers = values.map((_, at) => at)
        const batch = new RecordBatch(values, numbers, numbers, numbers, noOrigins)
        const encoded = encoder.encode(batch, 0, values.length)
        const message: LinkMessage = { kind: 'batch', link: 1, batch: encoded, mark: 3 }

        const come = unpack(sent(pack(4, message))) as typeof message

        const other = unpack(sent(pack(4, { kind: 'log', fields: { values } })))
        const { marks, values: decoded } = decoder.decode(come.batch)
        expect([seen(decoded), marks]).toStrictEqual([seen(structuredClone(values)), numbers])
        expect(other).toStrictEqual({ kind: 'log', fields: { values: structuredClone(values) } })
      }
    }),
    { numRuns: 100 },
  )
})

it('says what cannot be copied', () => {
  const items = [{ call: () => 1 }]
  const values = { kind: 'items', items } as const
  const none = { timestamps: new Float64Array(), marks: new Float64Array(), rows: new Int32Array() }

  const packing = (): Parcel => pack(0, { kind: 'batch', link: 0, batch: { values, ...none } })

  expect(packing).toThrow('() => 1 could not be cloned.')
})
