import fc from 'fast-check'
import { expect, it } from 'vitest'
import { symmetricEigen } from './symmetric-eigen.ts'

it('finds directions at right angles that the matrix only stretches, from the most down', () => {
  const number = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ min: -9, max: 9, noNaN: true }),
  )
  const halves = fc.array(number, { minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(halves, (half) => {
      const at = (i: number, j: number): number => {
        const [a, b] = i > j ? [i, j] : [j, i]
        return half[(a * (a + 1)) / 2 + b] as number
      }
      const all = [0, 1, 2, 3]
      const matrix = Float64Array.from({ length: 16 }, (_, n) => at(Math.floor(n / 4), n % 4))
      const values = new Float64Array(4)
      const vectors = new Float64Array(16)

      symmetricEigen(matrix, values, vectors)

      const row = (i: number): readonly number[] => [...vectors.subarray(4 * i, 4 * i + 4)]
      expect([...values]).toStrictEqual([...values].toSorted((a, b) => b - a))
      for (const i of all) {
        for (const j of all) {
          const product = all.reduce((sum, k) => sum + row(i)[k]! * row(j)[k]!, 0)
          expect(product).toBeCloseTo(i === j ? 1 : 0, 9)
          const stretched = all.reduce((sum, k) => sum + at(j, k) * row(i)[k]!, 0)
          expect(stretched).toBeCloseTo(values[i]! * row(i)[j]!, 8)
        }
      }
    }),
  )
})

it('knows the directions of a matrix whose are known', () => {
  const values = new Float64Array(2)
  const vectors = new Float64Array(4)

  symmetricEigen(Float64Array.of(2, 1, 1, 2), values, vectors)

  expect([...values]).toStrictEqual([expect.closeTo(3, 12), expect.closeTo(1, 12)])
  expect(Math.abs(vectors[0]! * vectors[1]!)).toBeCloseTo(0.5, 12)
})
