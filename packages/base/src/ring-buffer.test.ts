import fc from 'fast-check'
import { expect, it } from 'vitest'

import { RingBuffer } from './ring-buffer.ts'

it('behaves like a plain array under any sequence of operations', () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('push'), value: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unshift'), value: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('shift'), value: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('peek'), value: fc.nat() }) },
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const ring = new RingBuffer<number>()
      const oracle: number[] = []

      for (const { kind, value } of operations) {
        let got: number | undefined
        let expected: number | undefined
        if (kind === 'push') {
          ring.push(value)
          oracle.push(value)
        } else if (kind === 'unshift') {
          ring.unshift(value)
          oracle.unshift(value)
        } else if (kind === 'shift') {
          got = ring.shift()
          expected = oracle.shift()
        } else {
          got = ring.peek()
          expected = oracle[0]
        }

        expect(got).toBe(expected)
        expect(ring.length).toBe(oracle.length)
      }

      expect([...ring]).toEqual(oracle)
    }),
  )
})

it('is empty after clear and usable again', () => {
  const ring = new RingBuffer<string>()
  ring.push('a')

  ring.clear()
  ring.push('b')

  expect([...ring]).toEqual(['b'])
  expect(ring.shift()).toBe('b')
  expect(ring.shift()).toBeUndefined()
})
