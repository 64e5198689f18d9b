import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FlatJson } from './flat-json.ts'
import { LineBuffer } from './line-buffer.ts'

/** What stands behind some records when each is written so, or by JSON.stringify where it is not. */
function written(flat: FlatJson, records: readonly unknown[]): string {
  const out = new LineBuffer()
  for (const record of records) {
    const isWritten = flat.write(record, out)
    out.addText(isWritten ? '\n' : `${stringified(record)}\n`)
  }
  return out.take().toString()
}

function stringified(record: unknown): string | undefined {
  try {
    return JSON.stringify(record)
  } catch (error) {
    return String(error)
  }
}

const expected = (records: readonly unknown[]): string =>
  Buffer.from(records.map((record) => `${stringified(record)}\n`).join('')).toString()

const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 0, Number.NaN, Infinity, -Infinity, 1e21, 1e-7, 0.1, 999_999_999_999_999),
  fc.tuple(fc.maxSafeInteger(), fc.nat(12)).map(([digits, decimals]) => digits / 10 ** decimals),
  fc.tuple(fc.integer(), fc.nat(8)).map(([digits, decimals]) => digits / 10 ** decimals),
)
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', minLength: 50, maxLength: 80 }),
  fc.constantFrom(
    '',
    'a "b"',
    'back\\slash',
    '\ud800',
    'x\udc00y',
    '\u007f',
    'ÿé',
    '日本',
    '😀',
    '\n',
  ),
)
const members = fc.oneof(numbers, texts, fc.boolean(), fc.constant(null))
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, Symbol('x'), () => 1, 1n, new Date(0), new Date(Number.NaN)),
  fc.constantFrom<unknown>([], [1], {}, { a: 1 }, { toJSON: () => 'told' }, Object(1), new Map()),
)
const names = fc.oneof(
  fc.constantFrom('a', 'b', 'id', 'toJSON', '__proto__', '1', '0', 'constructor', 'größe', '"', ''),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

/** A record of some pairs; own members, whatever their names. */
function recordOf(pairs: readonly (readonly [string, unknown])[], kind: number): object {
  const record: object = kind === 1 ? Object.create(null) : {}
  for (const [name, value] of pairs) {
    const member = { value, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(record, name, member)
  }
  return record
}

describe('JSON of flat records', () => {
  it('is what JSON.stringify gives, for records of one shape', () => {
    const shapes = fc.uniqueArray(names, { maxLength: 8 })
    const rows = fc.array(fc.array(members, { minLength: 8, maxLength: 8 }), { maxLength: 8 })
    fc.assert(
      fc.property(shapes, rows, fc.nat(2), (shape, list, kind) => {
        const records = list.map((row) =>
          recordOf(
            shape.map((name, at) => [name, row[at]]),
            kind,
          ),
        )

        expect(written(new FlatJson(), records)).toBe(expected(records))
      }),
      { numRuns: 300 },
    )
  })

  it('is what JSON.stringify gives, whatever the values', () => {
    const pairs = fc.array(fc.tuple(names, fc.oneof({ weight: 4, arbitrary: members }, odd)), {
      maxLength: 5,
    })
    const records = fc.oneof(
      fc.tuple(pairs, fc.nat(2)).map(([list, kind]) => recordOf(list, kind)),
      members,
      odd,
    )
    fc.assert(
      fc.property(fc.array(records, { maxLength: 4 }), (list) => {
        // Each twice: the shape to go by is that of the record before.
        const twice = list.flatMap((record) => [record, record])

        expect(written(new FlatJson(), twice)).toBe(expected(twice))
      }),
      { numRuns: 300 },
    )
  })

  it('is left to the generic way where records have members of their own making', () => {
    class Point {
      x = 1
      get y(): number {
        return 2
      }
      toJSON(): string {
        return 'a point'
      }
    }
    const getter = {
      get a(): number {
        return 1
      },
    }
    const broken = {
      get a(): number {
        throw new Error('out of reach')
      },
    }
    const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false })
    const proxy = new Proxy({ a: 1 }, { ownKeys: () => ['a'] })
    const records = [new Point(), getter, broken, hidden, proxy, { [Symbol('s')]: 1, a: 1 }]
    const twice = records.flatMap((record) => [record, record])

    expect(written(new FlatJson(), twice)).toBe(expected(twice))
  })

  it('writes records of one shape itself', () => {
    const flat = new FlatJson()
    const out = new LineBuffer()
    const record = {
      id: 17,
      at: 1_700_000_000_000,
      share: -0.25,
      user: 'a "b" ü',
      ok: true,
      no: null,
    }

    expect([flat.write(record, out), flat.write(record, out)]).toEqual([false, true])
    expect(out.take().toString()).toBe(JSON.stringify(record))
  })

  it('stops trying where records are of many shapes, and where most have slow members', () => {
    const mixed = new FlatJson()
    const slow = new FlatJson()
    const out = new LineBuffer()
    for (let count = 0; count < 5000; count++) {
      mixed.write({ [`a${count % 2}`]: 1 }, out)
      slow.write({ a: 1 / 3, b: 2 / 3 }, out)
      out.take()
    }

    expect([mixed.write({ a: 1 }, out), mixed.write({ a: 1 }, out)]).toEqual([false, false])
    expect(slow.write({ a: 1 / 3, b: 2 / 3 }, out)).toBe(false)
  })
})
