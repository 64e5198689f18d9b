import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvEncoder } from './csv-encoder.ts'
import { FlatCsv } from './flat-csv.ts'
import { LineBuffer } from './line-buffer.ts'

const columns = ['a', 'b', 'c']
const delimiters = fc.constantFrom(',', ';', '\t', ' ', '.', '1', 'x')

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', minLength: 50, maxLength: 80 }),
  fc.constantFrom('', 'true', 'false', 'truer', '12', '-1.5', '007', '-', ' a', 'a ', 'a,b', 'a"b'),
  fc.constantFrom('\uFEFFa', '\u00a0', 'a\u2003', 'é', 'aé日b', '\ud800', '2026-11-22', 'a\nb'),
)
const cells = fc.oneof(
  texts,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, -0, 1e21, [1], { x: 1 }, new Date(0), 1n, () => 1),
)
const records = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(cells, cells, cells).map(([a, b, c]) => ({ a, b, c })) },
  {
    weight: 1,
    arbitrary: fc.record({ a: cells, b: cells, c: cells, d: cells }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: fc.tuple(cells, cells).map(([a, b]) => ({ b, a })) },
)

/** The same fields in an object of another kind, which goes the generic way. */
function generic(record: object): object {
  return Object.setPrototypeOf({ ...record }, {}) as object
}

it('gives the rows and refusals that the generic way gives', () => {
  fc.assert(
    fc.property(
      fc.array(records, { maxLength: 6 }),
      delimiters,
      fc.constantFrom(undefined, columns, ['a'], ['c', 'a']),
      (list, delimiter, columns) => {
        const options = { columns, isContinued: false }
        const [flat, slow] = [csvEncoder(delimiter, options), csvEncoder(delimiter, options)]
        const [out, expected] = [new LineBuffer(), new LineBuffer()]
        for (const record of list) {
          const refusal = flat.encode(record, out)

          expect(refusal).toEqual(slow.encode(generic(record), expected))
        }

        expect(out.take().toString()).toBe(expected.take().toString())
      },
    ),
    { numRuns: 300 },
  )
})

it('writes records whose fields are the columns itself, and leaves others alone', () => {
  const flat = new FlatCsv(columns, ',')
  const out = new LineBuffer()

  expect(flat.write({ a: 1.5, b: 'x y', c: null }, out)).toBe(true)
  expect(flat.write({ a: -3, b: 'a,"b"', c: true }, out)).toBe(true)
  expect(flat.write({ a: 1, b: 2 }, out)).toBe(false)
  expect(flat.write({ a: 1, b: 2, c: 3, d: 4 }, out)).toBe(false)
  expect(flat.write({ b: 1, a: 2, c: 3 }, out)).toBe(false)
  expect(flat.write({ a: 1, b: [2], c: 3 }, out)).toBe(false)
  expect(out.take().toString()).toBe('1.5,x y,\n-3,"a,""b""",true\n')
})
