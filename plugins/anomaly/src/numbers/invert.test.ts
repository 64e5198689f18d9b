import fc from 'fast-check'
import { expect, it } from 'vitest'
import { invert } from './invert.ts'
import { RunningCovariance } from './running-covariance.ts'

const vectors = fc.array(
  fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 3, maxLength: 3 }),
  { minLength: 1, maxLength: 20 },
)

it('has the mean products of what came, while it is no more than its length', () => {
  fc.assert(
    fc.property(vectors, (list) => {
      const covariance = new RunningCovariance(3, 100)
      for (const vector of list) covariance.learn(Float64Array.from(vector), 3)

      const matrix = new Float64Array(9)
      covariance.copyTo(matrix, 0.5)

      const cut = list.map((vector) => vector.map((x) => Math.min(Math.max(x, -3), 3)))
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          const mean = cut.reduce((sum, one) => sum + one[i]! * one[j]!, 0) / cut.length
          expect(matrix[3 * i + j]).toBeCloseTo(mean + (i === j ? 0.5 : 0), 9)
        }
      }
    }),
  )
})

it('forgets what is older than its length', () => {
  const covariance = new RunningCovariance(1, 10)
  for (let i = 0; i < 100; i++) covariance.learn(Float64Array.of(5), 9)
  for (let i = 0; i < 200; i++) covariance.learn(Float64Array.of(1), 9)

  const matrix = new Float64Array(1)
  covariance.copyTo(matrix, 0)

  expect(matrix[0]).toBeCloseTo(1, 6)
})

it('gives a matrix that makes the identity with the one it was', () => {
  fc.assert(
    fc.property(vectors, (list) => {
      const covariance = new RunningCovariance(3, 100)
      for (const vector of list) covariance.learn(Float64Array.from(vector), 3)
      const matrix = new Float64Array(9)
      covariance.copyTo(matrix, 0.01)
      const inverse = matrix.slice()

      invert(inverse, 3)

      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          const product = [0, 1, 2].reduce(
            (sum, k) => sum + matrix[3 * i + k]! * inverse[3 * k + j]!,
            0,
          )
          expect(product).toBeCloseTo(i === j ? 1 : 0, 8)
        }
      }
    }),
  )
})
