import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fft } from './fft.ts'
import { gap } from './gap.test-support.ts'

/** From the definition, in n squared steps. */
function slowly(real: readonly number[], imaginary: readonly number[]): [number[], number[]] {
  const n = real.length
  const sum = (k: number, part: (t: number, angle: number) => number): number =>
    real.reduce((total, _, t) => total + part(t, (-2 * Math.PI * ((k * t) % n)) / n), 0)
  const r = (t: number): number => real[t] ?? 0
  const i = (t: number): number => imaginary[t] ?? 0
  return [
    real.map((_, k) => sum(k, (t, angle) => r(t) * Math.cos(angle) - i(t) * Math.sin(angle))),
    real.map((_, k) => sum(k, (t, angle) => r(t) * Math.sin(angle) + i(t) * Math.cos(angle))),
  ]
}

const complex = fc.constantFrom(2, 4, 8, 16, 32, 64).chain((length) =>
  fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
    minLength: length,
    maxLength: length,
  }),
)

it('agrees with the sum of the definition', () => {
  fc.assert(
    fc.property(complex, (pairs) => {
      const [real, imaginary] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
      const [re, im] = [Float64Array.from(real), Float64Array.from(imaginary)]

      new Fft(pairs.length).transform(re, im)

      const [slowReal, slowImaginary] = slowly(real, imaginary)
      expect(gap([...re], slowReal)).toBeLessThan(1e-9)
      expect(gap([...im], slowImaginary)).toBeLessThan(1e-9)
    }),
  )
})

it('comes back to what it was, times the length', () => {
  const fft = new Fft(8)
  const real = Float64Array.of(1, 5, -2, 0, 3, 3, 7, -9)
  const imaginary = Float64Array.of(0, 1, 0, 2, 0, -3, 0, 0)

  fft.transform(real, imaginary)
  fft.back(real, imaginary)

  expect(gap([...real], [8, 40, -16, 0, 24, 24, 56, -72])).toBeLessThan(1e-12)
  expect(gap([...imaginary], [0, 8, 0, 16, 0, -24, 0, 0])).toBeLessThan(1e-12)
})

it('finds the one wave of a cosine', () => {
  const real = Float64Array.from({ length: 16 }, (_, t) => Math.cos((2 * Math.PI * 3 * t) / 16))
  const imaginary = new Float64Array(16)

  new Fft(16).transform(real, imaginary)

  expect(gap([...real], [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0])).toBeLessThan(1e-12)
})
