import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { spectral } from './spectral.ts'

detectorLaws(spectral, { parameters: { window: 32 }, scaleFree: true })
detectorLaws(spectral)

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const scoresOf = (values: readonly number[]): number[] => {
  const detector = spectral.create({ window: 32 }, scope)
  return values.map((value) => detector.update(Float64Array.of(value), 0))
}
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length

type Complex = readonly [number, number]

/** From the definition, in n squared steps; back, too, which differs by the sign alone. */
function transform(values: readonly Complex[], sign: number): Complex[] {
  const n = values.length
  return values.map((_, k) => {
    const terms = values.map(([re, im], t): Complex => {
      const angle = (sign * 2 * Math.PI * ((k * t) % n)) / n
      return [
        re * Math.cos(angle) - im * Math.sin(angle),
        re * Math.sin(angle) + im * Math.cos(angle),
      ]
    })
    return [terms.reduce((sum, [re]) => sum + re, 0), terms.reduce((sum, [, im]) => sum + im, 0)]
  })
}

/** Ren et al.: log amplitude less its mean over three, with the phase as it was, transformed back. */
function saliencyOf(values: readonly number[]): number[] {
  const middle = mean(values)
  const spectrum = transform(
    values.map((x): Complex => [x - middle, 0]),
    -1,
  )
  const amplitudes = spectrum.map(([re, im], k) => (k === 0 ? 0 : Math.hypot(re, im)))
  const least = 1e-6 * Math.max(...amplitudes)
  const logs = amplitudes.map((a) => Math.log(a + least))
  logs[0] = logs[1] ?? 0
  const n = values.length
  const residual = logs.map((log, k) => {
    return log - mean([logs[(k + n - 1) % n] ?? 0, log, logs[(k + 1) % n] ?? 0])
  })
  const left = spectrum.map(([re, im], k): Complex => {
    if (k === 0) return [0, 0]
    // The floor of the amplitude stays out of the phase.
    const size = Math.exp(residual[k] ?? 0) / ((amplitudes[k] ?? 0) + least)
    return [size * re, size * im]
  })
  return transform(left, 1).map(([re, im]) => Math.hypot(re, im))
}

function slowly(values: readonly number[]): number[] {
  return values.map((_, index) => {
    if (index < 26) return Number.NaN
    const window = values.slice(index - 26, index + 1)
    const at = (back: number): number => window[25 - back] ?? 0
    const slope = mean([1, 2, 3, 4, 5].map((back) => (at(0) - at(back)) / back))
    const guess = at(4) + 5 * slope
    const saliency = saliencyOf([...window, guess, guess, guess, guess, guess])
    return (saliency[26] ?? 0) / mean(saliency.slice(5, 26))
  })
}

it('agrees with the spectral residual from its definition', () => {
  const value = fc.integer({ min: -1000, max: 1000 })
  const values = fc.uniqueArray(value, { minLength: 27, maxLength: 40 })
  fc.assert(
    fc.property(values, (list) => {
      expect(gap(scoresOf(list), slowly(list))).toBeLessThan(1e-6)
    }),
  )
})

it('sees a spike in a wave that it finds nothing strange about', () => {
  const values = Array.from({ length: 200 }, (_, t) => Math.sin(t / 3) + Math.sin(t * t) / 20)
  values[150] = 4

  const scores = scoresOf(values)

  expect(scores[150]).toBe(Math.max(...scores.slice(30)))
  expect(scores[150]).toBeGreaterThan(4)
})

it('finds nothing where all is equal', () => {
  expect(scoresOf(Array.from({ length: 30 }, () => 7)).slice(25)).toStrictEqual([
    Number.NaN,
    0,
    0,
    0,
    0,
  ])
})
