import fc from 'fast-check'
import { expect, it } from 'vitest'

import { RingBuffer } from './ring-buffer.ts'

it('behaves like a plain array under any sequence of operations', () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('push'), value: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('shift'), value: fc.nat() }) },
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const ring = new RingBuffer<number>()
      const oracle: number[] = []

      for (const { kind, value } of operations) {
        const isPush = kind === 'push'
        const [got, expected] = isPush
          ? [ring.push(value), void oracle.push(value)]
          : [ring.shift(), oracle.shift()]

        expect(got).toBe(expected)
        expect(ring.length).toBe(oracle.length)
      }

      expect(oracle.map(() => ring.shift())).toEqual(oracle)
      expect(ring.shift()).toBeUndefined()
    }),
  )
})
