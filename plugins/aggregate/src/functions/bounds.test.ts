import { createRandom } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { distinct } from './distinct.ts'
import { quantile } from './quantile.ts'

const MANY = 200_000
const shares = [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1]

/** Numbers of one kind, by a random number from 0 to 1 and their place. */
const numbers: Readonly<Record<string, (random: number, index: number) => number>> = {
  'spread evenly': (random) => random * 1000,
  'with a long tail': (random) => (1 - random) ** -3,
  'of both signs': (random) => Math.tan(Math.PI * (random - 0.5)),
  'whole, with heavy duplicates': (random) => Math.floor(random ** 4 * 20),
  'two, far apart': (random) => (random < 0.9 ? 3 : 5e9),
  'all the same': () => -7.25,
  tiny: (random) => random * 1e-290,
  huge: (random) => (random - 0.5) * 2 * Number.MAX_VALUE,
  'ascending over all magnitudes': (_random, index) => 10 ** ((index / MANY) * 600 - 298),
}

/** Many of them, and what `quantile` makes of them when they are added in two parts and merged. */
function sketched(of: (random: number, index: number) => number) {
  const random = createRandom(4)
  const values = new Float64Array(MANY)
  const sketches = [quantile.create([0]), quantile.create([0])] as const
  for (let index = 0; index < MANY; index++) {
    const value = of(random(), index)
    values[index] = value
    quantile.add(sketches[index % 3 === 0 ? 0 : 1], value, 0)
  }
  return { sketch: quantile.merge(...sketches), sorted: values.toSorted() }
}

describe('quantile of many numbers', () => {
  it.each(Object.entries(numbers))('%s: off by at most a hundredth of itself', (_name, of) => {
    const { sketch, sorted } = sketched(of)

    for (const q of shares) {
      const exact = sorted[Math.max(0, Math.ceil(q * MANY) - 1)] as number
      const found = quantile.result({ ...sketch, q }) as number
      // A hair for the rounding of logarithms.
      expect(Math.abs(found / exact - 1) <= 0.01 + 1e-9 || found === exact, `${q}`).toBe(true)
    }
  })

  it('takes what is nearer to zero than 1e-300 for zero', () => {
    const sketch = quantile.create([0.5])
    for (const value of [-1, 1e-301, Number.MIN_VALUE, -1e-305, 1]) quantile.add(sketch, value, 0)

    expect(quantile.result(sketch)).toBe(0)
  })
})

const different: Readonly<Record<string, (index: number) => unknown>> = {
  'numbers in a row': (index) => index,
  'negative numbers': (index) => -index * 1.5,
  'tiny numbers': (index) => (index + 1) * 1e-300,
  'huge numbers': (index) => (index + 1) * 1e300,
  'texts with one beginning': (index) => `https://example.com/a/rather/long/path/of/page-${index}`,
  'texts with one end': (index) => `${index}@example.com`,
  objects: (index) => ({ a: index, b: [index % 7] }),
}

describe('distinct of many values', () => {
  it.each(Object.entries(different))('%s: within three standard errors', (_name, of) => {
    for (const size of [1000, 20_000, MANY]) {
      const seen = distinct.create([])
      for (let index = 0; index < MANY; index++) distinct.add(seen, of(index % size), 0)

      const found = distinct.result(seen) as number
      expect(Math.abs(found / size - 1), `${size}`).toBeLessThan(3 * 0.01625)
    }
  })
})
