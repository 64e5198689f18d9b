import fc from 'fast-check'
import { expect, it } from 'vitest'

import { RingBuffer } from './ring-buffer.ts'

it('behaves like a plain array under any sequence of operations', () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('push'), value: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('shift'), value: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unshift'), value: fc.nat() }) },
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const ring = new RingBuffer<number>()
      const oracle: number[] = []

      for (const { kind, value } of operations) {
        const isShift = kind === 'shift'
        const got = isShift ? ring.shift() : ring[kind](value)
        const expected = isShift ? oracle.shift() : undefined
        if (!isShift) oracle[kind](value)

        expect(got).toBe(expected)
        expect(ring.length).toBe(oracle.length)
      }

      expect(oracle.map(() => ring.shift())).toEqual(oracle)
      expect(ring.shift()).toBeUndefined()
    }),
  )
})
