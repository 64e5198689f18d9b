import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ErrorScale } from './error-scale.ts'
import { errorScaleOf } from './error-scale.test-support.ts'
import { gap } from './gap.test-support.ts'

it('agrees with its definition', () => {
  const error = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1e6, -1e6))
  fc.assert(
    fc.property(
      fc.array(error, { maxLength: 80 }),
      error,
      fc.constantFrom(0, 0.1),
      (errors, next, least) => {
        const scale = new ErrorScale(0.005)
        scale.clear(least)
        for (const one of errors) scale.learn(one)

        const slow = errorScaleOf(errors, least)
        expect(
          gap([scale.deviation, scale.clip(next)], [slow.deviation, slow.clipped(next)]),
        ).toBeLessThan(1e-9)
      },
    ),
  )
})

it('hardly grows by an outlier, and follows what stays', () => {
  const scale = new ErrorScale(0.005)
  for (let index = 0; index < 100; index++) scale.learn(index % 2 === 0 ? 1 : -1)
  const before = scale.deviation

  scale.learn(1e9)
  const after = scale.deviation
  for (let index = 0; index < 500; index++) scale.learn(1e9)

  expect(after / before).toBeLessThan(1.03)
  expect(scale.deviation).toBeGreaterThan(1e8)
})
