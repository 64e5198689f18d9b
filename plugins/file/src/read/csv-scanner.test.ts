import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvDecoders, overlookedRows } from './csv-decoders.test-support.ts'
import { CsvScanner } from './csv-scanner.ts'
import { fileStart } from './decoder.ts'
import { EntryBatch } from './entry-batch.ts'
import { ScanningCsvDecoder } from './scanning-csv-decoder.ts'

const columns = ['a', 'b', 'c.d', '7']

const digits = fc.stringMatching(/^-?\d{0,18}(\.\d{0,18})?([eE][+-]?\d{1,3})?$/)
const numbers = fc.oneof(
  digits,
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '1.50',
    '007',
    '1e21',
    '1e5',
    '0.000001',
    '0.0000001',
    '-',
    '-.5',
  ),
  fc.constantFrom('999999999999999', '9999999999999999', '0.1', '2001-01-14', '2001/01/14 21:55'),
)
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'true',
    'false',
    'null',
    'truely',
    'True',
    'user-17',
    'ÿé',
    '\uFEFF',
    '\r',
    ' 1 ',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const cells = fc.oneof(
  numbers,
  texts.map((text) => text.replaceAll(/[",\n]/g, '')),
  texts.map((text) => `"${text.replaceAll('"', '""')}"`),
  numbers.map((text) => `"${text}"`),
  fc.constantFrom('5" pipe', '""', '""""', '"a"x', '"open', ',', '"a\nb"', '"a\r\n"'),
)
const rows = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constant(4) }, { weight: 1, arbitrary: fc.nat(6) }),
    fc.array(cells, { minLength: 6, maxLength: 6 }),
    fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\r\n\r\n', '\r\r\n'),
  )
  .map(([count, list, end]) => list.slice(0, count).join(',') + end)
const types = fc.constantFrom(
  'infer' as const,
  'infer' as const,
  'strings' as const,
  { a: 'number', b: 'string' } as const,
  { a: 'boolean', 'c.d': 'number', 7: 'boolean' } as const,
)
const fields = fc.option(
  fc.subarray(['a', 'b', 'c.d', 'c', '7', 'b.x', 'other']).map((list) => list as readonly string[]),
  { nil: undefined },
)
const sizes = fc.constantFrom(7, 64, 100_000)

/** What either decoder tells of the bytes, to the end. */
function bothOf(
  bytes: Buffer,
  options: Parameters<typeof decodersOf>[0] = {},
): readonly [scanning: unknown, full: unknown] {
  const { chunkBytes = 100_000, ...rest } = options
  const decoders = decodersOf(rest)
  const [scanning, full] = decoders.decode(bytes, chunkBytes)
  const [last, lastFull] = decoders.end()
  return [
    [...scanning, last],
    [...full, lastFull],
  ]
}

function decodersOf(
  options: ConstructorParameters<typeof CsvDecoders>[0] & { readonly chunkBytes?: number },
): CsvDecoders {
  const decoders = new CsvDecoders(options)
  if (options.fields !== undefined) decoders.decode(overlookedRows, overlookedRows.length)
  return decoders
}

describe('the scanner of CSV', () => {
  it('gives what the full decoder gives, whatever the rows, types, columns asked for and chunks', () => {
    const files = fc.array(rows, { maxLength: 12 })
    fc.assert(
      fc.property(
        files,
        types,
        fields,
        sizes,
        fc.boolean(),
        (list, types, fields, chunkBytes, cut) => {
          const bytes = Buffer.from(list.join(''))
          const end = cut ? bytes.length - 1 : bytes.length

          const [scanning, full] = bothOf(bytes.subarray(0, Math.max(0, end)), {
            chunkBytes,
            columns,
            fields,
            types,
          })
          expect(scanning).toStrictEqual(full)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('gives the same of bytes that are no text, under other delimiters, behind a header', () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
    const delimiters = fc.constantFrom(';', '\t', '|', ' ', '.', '-', 'e', '5')
    fc.assert(
      fc.property(
        fc.array(rows, { maxLength: 12 }),
        places,
        delimiters,
        (list, edits, delimiter) => {
          const text = `a,b,c,d\n${list.join('')}`.replaceAll(',', delimiter)
          const bytes = Buffer.from(text)
          for (const [place, byte] of edits) bytes[8 + (place % (bytes.length - 7))] = byte

          const [scanning, full] = bothOf(bytes, { delimiter })
          expect(scanning).toStrictEqual(full)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('reads each number as the full decoder does, bit for bit', () => {
    fc.assert(
      fc.property(
        fc.array(numbers, { minLength: 20, maxLength: 20 }),
        fc.boolean(),
        (list, typed) => {
          const bytes = Buffer.from(`${list.join('\n')}\n`)

          const [scanning, full] = bothOf(bytes, {
            columns: ['a'],
            types: typed ? { a: 'number' } : 'infer',
          })
          expect(scanning).toStrictEqual(full)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps to the limit of a line as the full decoder does', () => {
    for (let length = 95; length < 106; length++) {
      const [long, open] = ['x'.repeat(length), `"${'x\n'.repeat(length / 2)}"`]
      const rows = [long, open].flatMap((row) => [`${row}\n1\n`, `${row}\r\n1\n`])
      for (const text of rows) {
        const [scanning, full] = bothOf(Buffer.from(text), { columns: ['a'] })
        expect(scanning).toStrictEqual(full)
      }
    }
  })

  it('reads all that is well-formed itself', () => {
    const scanner = new CsvScanner({
      columns,
      wants: (column) => column !== 'b',
      types: { 7: 'number' },
      delimiter: ',',
      maxLine: 100,
    })
    const bytes = Buffer.from('1.5,x,"a ""b""\n,c",007\r\n\r\n-0,"y",ÿé,\n1e+21,,true,-2\n1,2')
    const out = new EntryBatch(0)

    expect(scanner.read(bytes, 0, 10, out)).toBe(bytes.length - 3)
    expect(scanner.lines).toBe(15)
    expect(out.take(0, undefined)).toMatchObject({
      lines: [11, 14, 15],
      values: [
        { a: 1.5, 'c.d': 'a "b"\n,c', 7: 7 },
        { a: '-0', 'c.d': 'ÿé', 7: null },
        { a: 1e21, 'c.d': true, 7: -2 },
      ],
    })
  })

  it('leaves delimiters that could stand in a number, and the name __proto__, to the full decoder', () => {
    expect(CsvScanner.takes({ columns: ['a'], delimiter: ';' })).toBe(true)
    expect(CsvScanner.takes({ columns: ['a'], delimiter: '-' })).toBe(false)
    expect(CsvScanner.takes({ columns: ['a', '__proto__'], delimiter: ',' })).toBe(false)
    const [scanning, full] = bothOf(Buffer.from('__proto__,b\n1,2\n'))
    expect(scanning).toStrictEqual(full)
  })

  it('leaves out what a prefilter does not want, once a report can name what a job overlooks', () => {
    const options = {
      path: 'rows.csv',
      maxLine: 100,
      delimiter: ',',
      types: 'infer' as const,
      columns: ['a', 'b'],
      onHeader: () => undefined,
    }
    const reads = ['a']
    const decoder = new ScanningCsvDecoder(fileStart, options, reads)
    const admits = (record: unknown): boolean => (record as { readonly a: unknown }).a === 2
    const out = new EntryBatch(0, { prefilter: { reads, admits } })
    decoder.decode(Buffer.from('1,1\n'.repeat(1024)), 0, out)
    const head = out.take(0, undefined)

    decoder.decode(Buffer.from('1,x\n2,x\n1,"x\n2,y'), 0, out)
    decoder.decode(Buffer.from('"\n2,z\n'), 0, out)
    const { leftOut, offsets, values } = out.take(0, undefined)

    expect([head.values.length, head.leftOut]).toEqual([1024, undefined])
    expect({ leftOut, offsets, values }).toEqual({
      leftOut: 2,
      offsets: [1025, 1027],
      values: [
        { a: 2, b: 'x' },
        { a: 2, b: 'z' },
      ],
    })
  })

  it('decodes the first 1,024 entries in full, so that a report can name what a job overlooks', () => {
    const decoder = new ScanningCsvDecoder(fileStart, {
      path: 'rows.csv',
      maxLine: 100,
      delimiter: ',',
      types: 'infer',
      fields: ['a.x'],
      onHeader: () => undefined,
    })
    const bytes = Buffer.from(`a,b\n${'1,2\n'.repeat(1025)}`)
    const out = new EntryBatch(0)
    const behind = decoder.decode(bytes, 0, out)

    expect(out.take(0, undefined).values[1023]).toStrictEqual({ a: 1, b: 2 })
    expect(decoder.decode(bytes, behind, out)).toBe(bytes.length)
    expect(out.take(0, undefined).values).toStrictEqual([{ a: 1 }])
  })
})
