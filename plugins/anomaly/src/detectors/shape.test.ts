import { createRandom } from '@millrace/base'
import { tryParseParameters } from '@millrace/sdk'
import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shape } from './shape.ts'

const scope = { dimensions: 1, warmup: 40, seed: 1 }
const small = { span: 6, length: 2, categories: 4, upper: 2, lower: 8 } as const

detectorLaws(shape, { scaleFree: true })
detectorLaws(shape, { parameters: small })
detectorLaws(shape, { parameters: { ...small, span: 4, length: 4, upper: 1, lower: 1 } })

interface Category {
  readonly vectors: number[][]
  met: number
}

/** Of four steps: themselves, and their Haar coefficients. */
function described([a, b, c, d]: readonly number[]): number[] {
  const [left, right] = [(a! + b!) / 2, (c! + d!) / 2]
  return [a!, b!, c!, d!, (a! - b!) / 2, (c! - d!) / 2, (left - right) / 2, (left + right) / 2]
}

/**
 * Fuzzy ART as published, with complement coding: the input (a, 1 - a), weights the smallest of what was learnt, the match
 * |I and w| / |I|; features are brought to [0, 1] by the range, which moves them but changes no difference.
 */
class Slowly {
  readonly categories: Category[] = []
  steps: number[] = []
  usual = 0
  seen = 0
  clock = 0

  take(step: number): number {
    const seen = [...this.steps, step]
    const [low, high] = [Math.min(...seen), Math.max(...seen)]
    const unit = (value: number): number => (high === low ? 0 : (value - low) / (high - low))
    const score = this.#match(described(seen.slice(-4)), unit).outside
    this.steps = seen
    if (!Number.isNaN(score)) this.usual += (score - this.usual) / Math.min(++this.seen, 200)
    if (seen.length < 8) return score
    const vector = described(seen.slice(-8, -4))
    const { winner, match } = this.#match(vector, unit)
    const size = winner === undefined ? Infinity : 1 - match
    if (size <= 2 * this.usual + 1e-12) {
      winner!.vectors.push(vector)
      winner!.met = ++this.clock
      return score
    }
    const met = ++this.clock - (size > 8 * this.usual + 1e-12 ? 1e6 : 0)
    if (this.categories.length < 4) this.categories.push({ vectors: [vector], met })
    else Object.assign(this.#oldest(), { vectors: [vector], met })
    return score
  }

  #oldest(): Category {
    return this.categories.reduce((oldest, one) => (one.met < oldest.met ? one : oldest))
  }

  #match(vector: readonly number[], unit: (value: number) => number) {
    const code = (values: readonly number[]): number[] =>
      values.map(unit).flatMap((value) => [value, 1 - value])
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
    const input = code(vector)
    const whole = vector.length
    let found = { winner: undefined as Category | undefined, match: 0, outside: Number.NaN }
    for (const category of this.categories) {
      const codes = category.vectors.map(code)
      const weight = input.map((_, index) => Math.min(...codes.map((one) => one[index]!)))
      const both = sum(input.map((value, index) => Math.min(value, weight[index]!)))
      const outside = (sum(weight) - both) / whole
      if (found.winner !== undefined && outside >= found.outside - 1e-12) continue
      found = { winner: category, match: both / whole, outside }
    }
    return found
  }
}

it('is fuzzy ART with complement coding, its vigilance taken from what was usual', () => {
  const cases = fc.array(fc.integer({ min: -8, max: 8 }), { maxLength: 60 })
  fc.assert(
    fc.property(cases, (values) => {
      const detector = shape.create({ ...small, span: 4, length: 4 }, scope)
      const slowly = new Slowly()

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, score] of scores.entries()) {
        const expected = slowly.take(values[index]!)
        expect(Number.isNaN(score)).toBe(Number.isNaN(expected))
        expect(score || 0).toBeCloseTo(expected || 0, 9)
      }
    }),
  )
})

it('what was met before lies in a category, what was not lies outside', () => {
  const detector = shape.create({ span: 8, length: 8, categories: 20, upper: 2, lower: 8 }, scope)
  const wave = (index: number): number => Math.round(10 * Math.sin((index * Math.PI) / 6))
  for (let index = 0; index < 300; index++) detector.update(Float64Array.of(wave(index)), 0)

  const known = detector.score(Float64Array.of(wave(300)), 0)
  const { expected, high, low } = structuredClone(detector.evidence)
  const unknown = detector.score(Float64Array.of(-wave(302)), 0)

  expect(known).toBe(0)
  expect(expected).toStrictEqual([0])
  expect(low?.[0]).toBeLessThan(0)
  expect(high?.[0]).toBeGreaterThan(0)
  expect(Number(high?.[0]) - Number(low?.[0])).toBeLessThan(20)
  expect(unknown).toBeGreaterThan(0.02)
})

it('a band is as wide as what is still learnt is strange, and holds most of a stream', () => {
  const parameters = { span: 4, length: 4, categories: 20, upper: 2, lower: 8 } as const
  const detector = shape.create(parameters, scope)
  const noise = createRandom(1)
  let within = 0
  for (let index = 0; index < 600; index++) {
    const value = 10 * Math.sin((index * Math.PI) / 6) + noise()
    detector.update(Float64Array.of(value), 0)
    const { high, low } = detector.evidence
    if (index >= 300 && value >= Number(low?.[0]) && value <= Number(high?.[0])) within++
  }
  const { high, low } = detector.evidence

  expect(within).toBeGreaterThan(240)
  expect(Number(high?.[0]) - Number(low?.[0])).toBeGreaterThan(0)
  expect(Number(high?.[0]) - Number(low?.[0])).toBeLessThan(10)
})

it('the lower vigilance is not above the upper one', () => {
  const parsed = tryParseParameters(shape, { upper: 3, lower: 2 })

  expect('problem' in parsed && parsed.problem).toMatchObject({
    path: 'lower',
    message: 'must be at least `upper`.',
  })
})
