import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeKey, type KeyValue } from './encode-key.ts'
import { hashBytes } from './hash-bytes.ts'
import { hashKey } from './hash-key.ts'

const values = fc.oneof(
  fc.constantFrom<KeyValue>(null, true, 0, -0, 1n, '', 'a', 'é', 'x'.repeat(127), 'x'.repeat(128)),
  fc.double({ noNaN: true }),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
)

it('hashes the bytes of a key, also where it does not write them', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 2 }), (key) => {
      expect(hashKey(key)).toBe(hashBytes(encodeKey(key)))
    }),
    { numRuns: 1000 },
  )
})
