import { isAscii, isUtf8 } from 'node:buffer'
import type { Malformed } from '@millrace/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJson } from './decode-text.ts'
import { EntryBatch } from './entry-batch.ts'
import { FieldScanner } from './field-scanner.ts'
import { LineDecoder } from './line-decoder.ts'

const names = ['user', 'amount', 'at', 'x']

interface Decoded {
  readonly values: readonly unknown[]
  readonly malformed: readonly Malformed[]
}

function collect(fill: (out: EntryBatch) => void): Decoded {
  const out = new EntryBatch(0)
  fill(out)
  const { values, malformed = [] } = out.take(0, undefined)
  return { values, malformed }
}

/** A scanner that is past the entries which it decodes in full. */
function createScanner(fields: readonly string[]): FieldScanner {
  const scanner = new FieldScanner(fields)
  const line = Buffer.from('{}')
  for (let index = 0; index < 1024; index++) {
    scanner.take(line, 0, 2, 'ascii', 1, new EntryBatch(0))
  }
  return scanner
}

function scan(scanner: FieldScanner, text: string | Buffer): Decoded {
  const line = Buffer.from(text as string)
  const bytes = Buffer.concat([Buffer.from('{"user":'), line, Buffer.from(',"x":1}')])
  const encoding = isAscii(line) ? 'ascii' : isUtf8(line) ? 'utf8' : 'unknown'
  return collect((out) => scanner.take(bytes, 8, 8 + line.length, encoding, 7, out))
}

function decodeChunks(decoder: LineDecoder, text: string, size: number) {
  const bytes = Buffer.from(text)
  const out = new EntryBatch(0)
  for (let from = 0; from < bytes.length; from += size) {
    const chunk = Buffer.from(bytes.subarray(from, from + size))
    decoder.decode(chunk, 0, out)
  }
  decoder.end(out)
  return { ...out.take(0, undefined), position: decoder.position(out.offset) }
}

function pick(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))
}

/** What the full decoder gives, less the members nobody asked for. */
function expected(text: string | Buffer): Decoded {
  const line = Buffer.from(text as string)
  const { values, malformed } = collect((out) =>
    decodeJson(line, 0, line.length, 'unknown', 7, out),
  )
  return { values: values.map(pick), malformed }
}

const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/)
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'purchase', 'user-17', 'a "quoted" one', 'back\\slash', '\u007f', 'ÿé'),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const values = fc.oneof(
  digits,
  fc.double().map((value) => JSON.stringify(value)),
  texts.map((text) => JSON.stringify(text)),
  fc.constantFrom('true', 'false', 'null', '[]', '{}', '[1,{"x":2}]', '{"user":{"x":1}}'),
)
const members = fc
  .tuple(
    fc.oneof(fc.constantFrom(...names, 'other', 'use', 'users', '__proto__', ''), texts),
    values,
  )
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
const objects = fc.array(members, { maxLength: 8 }).map((list) => `{${list.join(',')}}`)

describe('the field scanner', () => {
  it('gives of each line what the full decoder gives of the fields asked for', () => {
    fc.assert(
      fc.property(objects, (line) => {
        const scanner = createScanner(names)
        const { values, malformed } = scan(scanner, line)

        expect({ values: values.map(pick), malformed }).toStrictEqual(expected(line))
      }),
      { numRuns: 2000 },
    )
  })

  it('gives the same where lines are laid out alike, but for a few', () => {
    const rows = fc.array(
      fc.tuple(fc.nat({ max: 3 }), objects, fc.array(values, { maxLength: 6 })),
      {
        maxLength: 12,
      },
    )
    const layout = ['id', 'user', 'other', 'amount', 'x', 'at'].map((name) => JSON.stringify(name))
    fc.assert(
      fc.property(rows, fc.constantFrom('', ' '), (list, space) => {
        const scanner = createScanner(names)
        for (const [kind, odd, some] of list) {
          const members = layout.map((name, at) => `${name}:${some[at] ?? `"${at}"`}`)
          const line = kind === 0 ? odd : `{${members.join(`,${kind === 1 ? space : ''}`)}}`
          const { values, malformed } = scan(scanner, line)

          expect({ values: values.map(pick), malformed }).toStrictEqual(expected(line))
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('finds the ends of lines as the search for newlines does, over any chunks', () => {
    const lines = fc.array(
      fc.tuple(fc.constantFrom('', ' ', '\r'), objects, fc.constantFrom('', '\r', '}', ' ')),
      { maxLength: 12 },
    )
    const alike = fc
      .array(fc.tuple(values, values))
      .map((list) => list.map(([user, x]) => ['', `{"user":${user},"a":1,"x":${x}}`, ''] as const))
    fc.assert(
      fc.property(
        fc.oneof(lines, alike),
        fc.boolean(),
        fc.nat(200),
        fc.nat(60),
        (list, ends, size, maxLine) => {
          const text = list.map((parts) => parts.join('')).join('\n') + (ends ? '\n' : '')
          const follows = createScanner(names)
          const position = { bytes: 0, offset: 0, line: 0 }
          const options = { maxLine: maxLine + 5 }
          const followed = new LineDecoder(position, {
            ...options,
            take: follows.take.bind(follows),
            follower: follows,
          })
          const searched = new LineDecoder(position, { ...options, take: decodeJson })

          const got = decodeChunks(followed, text, size + 1)
          const wanted = decodeChunks(searched, text, size + 1)
          expect({ ...got, values: got.values.map(pick) }).toStrictEqual({
            ...wanted,
            values: wanted.values.map(pick),
          })
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('takes no line that is not JSON, and tells its fault as the full decoder does', () => {
    const bytes = fc.oneof(
      fc.constantFrom(...Buffer.from('{}[]",:\\.-+eE 0123456789tfn\t\n\0')),
      fc.nat(255),
    )
    const edits = fc.array(fc.tuple(fc.nat(), bytes, fc.nat(2)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(objects, edits, (line, list) => {
        // One that reads all fields takes the first lines too.
        const scanner = new FieldScanner(undefined)
        let changed = Buffer.from(line)
        for (const [place, byte, removed] of list) {
          const at = place % (changed.length + 1)
          changed = Buffer.concat([
            changed.subarray(0, at),
            Buffer.from([byte]),
            changed.subarray(at + removed),
          ])
        }
        // The line as it was goes first: the layout to go by is its own.
        scan(scanner, line)
        const { values, malformed } = scan(scanner, changed)

        expect({ values: values.map(pick), malformed }).toStrictEqual(expected(changed))
      }),
      { numRuns: 3000 },
    )
  })

  it('reads numbers bit for bit as JSON.parse does', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const scanner = createScanner(names)
        const [value] = scan(scanner, `{"amount":${text}}`).values as [{ amount: number }]

        expect(Object.is(value.amount, JSON.parse(text))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('builds only the fields asked for', () => {
    const scanner = createScanner(names)
    const line = '{"id":1,"user":"someone","other":"x","amount":-2.50,"at":null}'

    const [first] = scan(scanner, line).values
    expect(first).toStrictEqual({ user: 'someone', amount: -2.5, at: null })
  })

  it('decodes the first 1,024 entries in full, so that a report can name what a job overlooks', () => {
    const fresh = new FieldScanner(['user'])
    const line = Buffer.from('{"user":"a","more":1}')
    const taken = Array.from({ length: 1025 }, () =>
      collect((out) => fresh.take(line, 0, line.length, 'ascii', 1, out)),
    )

    expect(taken[1023]?.values).toStrictEqual([{ user: 'a', more: 1 }])
    expect(taken[1024]?.values).toStrictEqual([{ user: 'a' }])
  })

  it('reads all fields as JSON.parse does, in its order, where all are asked for', () => {
    fc.assert(
      fc.property(fc.array(objects, { maxLength: 6 }), fc.boolean(), (list, isAlike) => {
        const all = new FieldScanner(undefined)
        for (const line of isAlike ? list.flatMap((one) => [one, one]) : list) {
          const { values, malformed } = scan(all, line)

          expect(malformed).toEqual([])
          expect(values).toStrictEqual([JSON.parse(line)])
          expect(JSON.stringify(values[0])).toBe(JSON.stringify(JSON.parse(line)))
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('takes nothing wrong where names never end, and where hardly a line is flat', () => {
    const all = new FieldScanner(undefined)
    const lines = Array.from({ length: 3000 }, (_, at) =>
      at % 3 === 0 ? `{"a${at}":${at}}` : `{"a":[${at}],"__proto__":1}`,
    )

    expect(lines.map((line) => JSON.stringify(scan(all, line).values))).toEqual(
      lines.map((line) => `[${JSON.stringify(JSON.parse(line))}]`),
    )
  })

  it('takes a line for what it is behind one that only looked as if it were laid out', () => {
    const all = new FieldScanner(undefined)
    const lines = ['{"a":1}', '{"a":1},"b":2}', '{"a":1,"b":2}', '{"a":3}']

    expect(lines.map((line) => scan(all, line).values)).toStrictEqual([
      [{ a: 1 }],
      [],
      [{ a: 1, b: 2 }],
      [{ a: 3 }],
    ])
  })

  it('a source of many layouts takes no ways from those that come behind it', () => {
    const many = new FieldScanner(undefined)
    const lines = Array.from({ length: 300 }, (_, at) => `{"m${at % 100}":${at}}`)
    const read = lines.map((line) => scan(many, line).values)
    const [first] = scan(createScanner(['m7']), '{"n":1,"m7":2}').values

    expect(read).toStrictEqual(lines.map((line) => [JSON.parse(line)]))
    expect(first).toStrictEqual({ m7: 2 })
  })

  it('reads a path by its first name', () => {
    const paths = createScanner(['user.name', 'user.age', 'x'])

    expect(scan(paths, '{"user":"a","name":1,"x":2}').values).toStrictEqual([{ user: 'a', x: 2 }])
  })

  it('leaves names that could hide behind an escape to the full decoder', () => {
    expect(FieldScanner.takes(['user', 'a.b', 'a-b', 'a_1'])).toBe(true)
    expect(FieldScanner.takes([])).toBe(true)
    expect(FieldScanner.takes(['größe'])).toBe(false)
    expect(FieldScanner.takes(['a "b"'])).toBe(false)
    expect(FieldScanner.takes(['__proto__'])).toBe(false)
    expect(FieldScanner.takes(undefined)).toBe(true)
  })
})
