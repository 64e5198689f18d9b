import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type OriginTable, RecordBatch } from '../run/record-batch.ts'
import { BatchDecoder } from './batch-decoder.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { compileFunction } from './compile.test-support.ts'
import type { Compile } from './row-code.ts'

const table = (base: number): OriginTable => ({
  source: 'source',
  partition: 'flights.jsonl',
  offsets: [base, base + 1, base + 2],
  lines: base % 2 === 0 ? [base + 1, base + 2, base + 3] : undefined,
  base,
})

function batchOf(values: readonly unknown[], of: OriginTable): RecordBatch {
  const numbers = values.map((_, at) => at * 1.5)
  const rows = values.map((_, at) => (at % 4) - 1)
  const marks = values.map((_, at) => (at === 0 ? Number.NEGATIVE_INFINITY : at))
  return new RecordBatch(values, numbers, marks, rows, of)
}

/** The batches as the other thread has them. */
function across(batches: readonly RecordBatch[], compile: Compile | undefined): RecordBatch[] {
  const encoder = new BatchEncoder(compile)
  const decoder = new BatchDecoder(compile)
  return batches.map((batch) => {
    return decoder.decode(structuredClone(encoder.encode(batch, 0, batch.length)))
  })
}

const plain = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', 'a', 'b', 'ü', '日本', 'x'.repeat(70)) },
  { weight: 3, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, true, false) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const odd = fc.oneof(
  plain,
  fc.date(),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 3 }),
  fc.constant(new Map([['a', new Set([1])]])),
  fc.array(plain, { maxLength: 3 }),
  fc.sparseArray(plain, { maxLength: 4 }),
)
const name = fc.constantFrom('a', 'b', 'user', '0', '12', '__proto__', 'constructor', '"', '\u2028')
const nested = fc.oneof(
  plain,
  odd,
  fc.dictionary(name, fc.oneof(plain, fc.dictionary(name, odd, { noNullPrototype: true })), {
    noNullPrototype: true,
  }),
)
/** Most are of one shape, as records of a job are. */
const flat = fc.record({ id: fc.integer(), user: plain, amount: fc.double(), in: nested })
const batches = fc.array(
  fc.array(fc.oneof({ weight: 8, arbitrary: flat }, nested), { maxLength: 12 }),
  { maxLength: 6 },
)

for (const compile of [undefined, compileFunction]) {
  const how = compile === undefined ? 'without' : 'with'
  it(`a batch is the same behind a thread, bit for bit, ${how} code of its own`, () => {
    fc.assert(
      fc.property(batches, (lists) => {
        const before = lists.map((values, at) => batchOf(values, table(at >> 1)))

        const behind = across(before, compile)

        for (const [at, batch] of behind.entries()) {
          const origin = before[at] as RecordBatch
          // What the platform's own copy is: undefined members, holes, -0 and the order of names too.
          const values = structuredClone(origin.values)
          expect(isDeepStrictEqual(batch.values, values), 'values').toBe(true)
          expect(batch.values.map(namesOf)).toEqual(values.map(namesOf))
          expect(batch.timestamps).toEqual(origin.timestamps)
          expect(batch.marks).toEqual(origin.marks)
          expect(batch.rows).toEqual(origin.rows)
          const places = values.map((_, row) => origin.origin(row))
          expect(values.map((_, row) => batch.origin(row))).toEqual(places)
        }
      }),
      { numRuns: 200 },
    )
  })
}

const namesOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : []

it('a part of a batch crosses alone, with the places of its records', () => {
  const encoder = new BatchEncoder(undefined)
  const decoder = new BatchDecoder(undefined)
  const batch = batchOf([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }], table(10))

  const part = decoder.decode(structuredClone(encoder.encode(batch, 1, 3)))

  expect(part.values).toEqual([{ n: 1 }, { n: 2 }])
  expect(part.timestamps).toEqual([1.5, 3])
  expect([part.origin(0)?.offset, part.origin(1)?.offset]).toEqual([10, 11])
})

it('what comes again is said once: shapes, words and where records came from', () => {
  const encoder = new BatchEncoder(undefined)
  const of = table(0)
  const records = [
    { user: 'ann', ok: true },
    { user: 'bob', ok: true },
    { user: 'ann', ok: true },
  ]

  const first = encoder.encode(batchOf(records, of), 0, 3)
  const second = encoder.encode(batchOf(records, of), 0, 3)

  expect(first.values).toEqual({
    kind: 'records',
    shape: { number: 0, names: ['user', 'ok'] },
    columns: [
      { kind: 'words', places: Uint16Array.of(0, 1, 0), news: ['ann', 'bob'] },
      { kind: 'words', places: Uint16Array.of(0, 0, 0), news: [true] },
    ],
  })
  expect(second.values).toMatchObject({
    shape: { number: 0 },
    columns: [{ news: [] }, { news: [] }],
  })
  expect([first.table?.partition, second.table]).toEqual(['flights.jsonl', undefined])
})

it('fields that nobody looks at stay behind; of a record that has no other ones, none does', () => {
  const encoder = new BatchEncoder(undefined, ['user', 'n'])
  const decoder = new BatchDecoder(undefined)
  const batch = batchOf([{ time: 1, user: 'ann', n: 2 }, { text: 'x' }, 7], table(0))

  const { values } = decoder.decode(structuredClone(encoder.encode(batch, 0, 3)))

  expect(values).toEqual([{ user: 'ann', n: 2 }, { text: 'x' }, 7])
})

it('texts that never come again are no words for long', () => {
  const encoder = new BatchEncoder(undefined)
  const texts = (from: number): RecordBatch =>
    batchOf(
      Array.from({ length: 1024 }, (_, at) => `text ${from + at}`),
      table(0),
    )

  const kinds = [0, 1, 2].map((at) => encoder.encode(texts(at * 1024), 0, 1024).values.kind)

  expect(kinds).toEqual(['words', 'words', 'items'])
})
