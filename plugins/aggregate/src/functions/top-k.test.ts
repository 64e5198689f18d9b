import fc from 'fast-check'
import { expect, it } from 'vitest'
import { frequent } from './top-k.ts'

it('keeps the bound of its error when full summaries are merged', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 300 }))
  const values = fc.array(value, { minLength: 200, maxLength: 500, size: 'max' })
  fc.assert(
    fc.property(values, values, (left, right) => {
      const [a, b] = [left, right].map((all) => {
        const top = frequent.create([5])
        for (const one of all) frequent.add(top, one, 0)
        return top
      })
      if (a === undefined || b === undefined) return
      const found = frequent.result(frequent.merge(a, b)) as { value: unknown; count: number }[]

      const all = [...left, ...right]
      for (const { value, count } of found) {
        const truth = all.filter((one) => one === value).length
        expect(count).toBeGreaterThanOrEqual(truth)
        expect(count).toBeLessThanOrEqual(truth + all.length / 100)
      }
    }),
    { numRuns: 100 },
  )
})
