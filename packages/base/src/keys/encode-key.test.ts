import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeKey, type KeyValue } from './encode-key.ts'
import { hashBytes } from './hash-bytes.ts'

type Written = KeyValue | { readonly bigint: string } | { readonly number: string }

const page = readFileSync(new URL('../../../../docs/reference/keys.md', import.meta.url), 'utf8')
const vectors = [...page.matchAll(/^\| `(\[.*\])` \| `([0-9a-f]+)` \| `([0-9a-f]{8})` \|$/gmu)]

const values = fc.oneof(
  fc.constantFrom<KeyValue>(null, true, false, 0, -0, 1, '', '1', '0', 1n, -1n, 0n, 'a', '\uD83D'),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.bigInt(),
)
const keys = fc.array(values, { maxLength: 4 })

it('writes and hashes each key of the reference page as it stands there', () => {
  const rows = vectors.map(([, key = '', bytes, hash]) => {
    const encoded = encodeKey((JSON.parse(key) as Written[]).map(toValue))
    return { key, right: [bytes, hash], got: [toHex(encoded), hash32(encoded)] }
  })

  expect(rows).toHaveLength(23)
  expect(rows.filter(({ got, right }) => got.join(' ') !== right.join(' '))).toEqual([])
})

it('gives two keys the same bytes only where all their values are the same, in type and order', () => {
  fc.assert(
    fc.property(keys, keys, (first, second) => {
      const isSame =
        first.length === second.length &&
        first.every((value, index) => isSameValue(value, second[index]))
      expect(toHex(encodeKey(first)) === toHex(encodeKey(second))).toBe(isSame)
    }),
    { numRuns: 1000 },
  )
})

it('never writes a key as the beginning of another with as many values', () => {
  fc.assert(
    fc.property(keys, keys, (first, second) => {
      const [a, b] = [toHex(encodeKey(first)), toHex(encodeKey(second))]
      fc.pre(first.length === second.length && a !== b)
      expect(a.startsWith(b) || b.startsWith(a)).toBe(false)
    }),
  )
})

it('writes well-formed text as UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
      const utf8 = new TextEncoder().encode(text)
      expect([...encodeKey([text])]).toEqual([4, utf8.length, ...utf8])
    }),
  )
})

it('refuses NaN, which equals nothing', () => {
  expect(() => encodeKey([Number.NaN])).toThrow('NaN is no key')
})

it('hashes as the reference implementation of MurmurHash3 does', () => {
  const hash = (text: string): string => hash32(new TextEncoder().encode(text))

  expect(hash('')).toBe('00000000')
  expect(hash('hello')).toBe('248bfa47')
  expect(hash('hello, world')).toBe('149bbb7f')
  expect(hash('The quick brown fox jumps over the lazy dog')).toBe('2e4ff723')
})

function isSameValue(a: KeyValue, b: KeyValue | undefined): boolean {
  return typeof a === typeof b && a === b
}

function toValue(written: Written): KeyValue {
  if (typeof written !== 'object' || written === null) return written
  return 'bigint' in written ? BigInt(written.bigint) : Number(written.number)
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function hash32(bytes: Uint8Array): string {
  return hashBytes(bytes).toString(16).padStart(8, '0')
}
