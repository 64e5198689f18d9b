import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RankScale } from '../judge/rank-scale.ts'
import { type SpotOptions, SpotThreshold } from './spot-threshold.ts'

const scored = (raw: number): { score: number; raw: number; time: number } => ({
  score: 0,
  raw,
  time: 0,
})

/** Asks, then lets it learn. */
function look(threshold: SpotThreshold, raw: number): boolean {
  const isOver = threshold.isOver(scored(raw))
  threshold.learn(scored(raw), isOver)
  return isOver
}

/** SPOT over all it ever learnt, from the formulas of the paper; while fewer than 200 are above the first threshold it is the same. */
class SlowSpot {
  readonly #options: SpotOptions & { readonly depth: number }
  readonly #raws: number[] = []
  readonly #learnt: number[] = []
  #credit = 2

  constructor(options: SpotOptions) {
    this.#options = { ...options, depth: options.depth ?? 0 }
  }

  limit(part = 1): number {
    const { q, begin } = this.#options
    if (this.#learnt.length < begin) return Number.NaN
    const beginning = this.#learnt.slice(0, begin).toSorted((a, b) => a - b)
    const first = beginning[Math.min(Math.floor(0.98 * begin), begin - 10) - 1] as number
    const excesses = this.#learnt.filter((one) => one > first).map((one) => one - first)
    const r = Math.min((q * this.#learnt.length) / excesses.length, 1) * part
    // b0 and b1 are the moments weighted by 1 and by the share of larger ones.
    const sorted = excesses.toSorted((a, b) => a - b)
    const n = sorted.length
    const b0 = sorted.reduce((sum, y) => sum + y, 0) / n
    const b1 = sorted.reduce((sum, y, i) => sum + y * (1 - (i + 1 - 0.35) / n), 0) / n
    const estimate = Math.min(Math.max(2 - b0 / (b0 - 2 * b1), -1), 0.9)
    const gamma = (n * estimate + 5 * 0.1) / (n + 5)
    const sigma = b0 * (1 - gamma)
    return r === 1 ? first : first + (sigma / gamma) * (r ** -gamma - 1)
  }

  look(raw: number): boolean {
    const { depth, q } = this.#options
    const before = depth === 0 ? [] : this.#raws.slice(-depth)
    const mean = depth === 0 ? 0 : before.reduce((sum, one) => sum + one, 0) / depth
    const isReady = before.length === depth
    if (isReady && raw - mean > this.limit()) {
      if (this.#credit >= 1) {
        this.#credit--
        this.#learnt.push(this.limit(0.5))
      }
      return true
    }
    if (isReady) this.#credit = Math.min(2, this.#credit + 2 * q)
    if (isReady) this.#learnt.push(raw - mean)
    this.#raws.push(raw)
    return false
  }
}

it.for([0, 7])('is what the formulas say of all that was learnt, with a depth of %d', (depth) => {
  // Integers of many different values: excesses that are all the same have no shape.
  const raws = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 20, maxLength: 250 })
  fc.assert(
    fc.property(raws, fc.integer({ min: 20, max: 60 }), (list, begin) => {
      const fast = new SpotThreshold({ q: 0.005, begin, depth })
      const slow = new SlowSpot({ q: 0.005, begin, depth })
      for (const raw of list) {
        expect(look(fast, raw)).toBe(slow.look(raw))
        const gap = Math.abs(fast.limit - slow.limit()) / Math.abs(slow.limit())
        expect(Number.isNaN(fast.limit)).toBe(Number.isNaN(slow.limit()))
        expect(Number.isNaN(gap) || gap < 1e-6).toBe(true)
      }
    }),
  )
})

it('comes close to the tail of the greatest likelihood', () => {
  const random = createRandom(3)
  const threshold = new SpotThreshold({ q: 1e-3, begin: 1000 })
  const excesses = []
  for (let i = 0; i < 5000; i++) look(threshold, 10 * ((1 - random()) ** -0.2 - 1))
  const { first, excesses: above, count } = threshold.snapshot()
  for (const one of above) excesses.push(one - first)

  let best = { likelihood: -Infinity, gamma: 0, sigma: 0 }
  for (let gamma = -0.5; gamma < 0.9; gamma += 0.0101) {
    for (let sigma = 0.05; sigma < 20; sigma *= 1.02) {
      const terms = excesses.map((y) => (1 + 1 / gamma) * Math.log1p((gamma * y) / sigma))
      const likelihood = -excesses.length * Math.log(sigma) - terms.reduce((a, b) => a + b, 0)
      if (likelihood > best.likelihood) best = { likelihood, gamma, sigma }
    }
  }

  const r = (1e-3 * count) / threshold.snapshot().above
  const likeliest = first + (best.sigma / best.gamma) * (r ** -best.gamma - 1)
  expect(threshold.limit / likeliest).toBeCloseTo(1, 1)
  // The true quantile of 1 in 1,000.
  expect(threshold.limit / (10 * (1000 ** 0.2 - 1))).toBeCloseTo(1, 0)
})

const shapes = {
  uniform: (u: number) => u,
  exponential: (u: number) => -Math.log(1 - u),
  heavy: (u: number) => (1 - u) ** -0.4,
}

it.for(Object.entries(shapes))(
  'finds about q of what is %s over it, where nothing is strange',
  ([, shape]) => {
    const random = createRandom(11)
    let over = 0
    for (let run = 0; run < 10; run++) {
      const threshold = new SpotThreshold({ q: 1e-3, begin: 1000 })
      for (let i = 0; i < 4000; i++) look(threshold, shape(random()))
      for (let i = 0; i < 20_000; i++) if (look(threshold, shape(random()))) over++
    }

    const rate = over / (10 * 20_000)

    expect(rate).toBeGreaterThan(0.4e-3)
    expect(rate).toBeLessThan(1.8e-3)
  },
)

it('says nothing while it begins, and does not learn what is over it', () => {
  const random = createRandom(4)
  const threshold = new SpotThreshold({ q: 1e-3, begin: 100 })

  const early = Array.from({ length: 100 }, () => look(threshold, random()))
  const late = Array.from({ length: 20 }, () => look(threshold, 1000))
  const after = threshold.limit
  look(threshold, 1000)

  expect(early).not.toContain(true)
  expect(late).not.toContain(false)
  expect(after).toBeLessThan(2)
  expect(threshold.limit).toBe(after)
})

it('begins anew when a hundred points in a row were over it', () => {
  const random = createRandom(4)
  const threshold = new SpotThreshold({ q: 1e-3, begin: 50 })
  for (let i = 0; i < 200; i++) look(threshold, random())

  const over = Array.from({ length: 400 }, () => look(threshold, 1000 + random()))

  expect(over.slice(0, 100)).not.toContain(false)
  expect(over.slice(100).filter(Boolean).length).toBeLessThan(5)
})

it('is over a constant stream as soon as something is far from it', () => {
  const threshold = new SpotThreshold({ q: 1e-4, begin: 50 })
  for (let i = 0; i < 500; i++) look(threshold, 0)

  const [none, little, much] = [0, 0.5, 1000].map((raw) => look(threshold, raw))

  expect([none, little, much]).toStrictEqual([false, false, true])
})

it('tells the score at which it stands', () => {
  const random = createRandom(4)
  const scale = new RankScale()
  const threshold = new SpotThreshold({ q: 1e-3, begin: 100 })
  expect(threshold.level(scale)).toBeNaN()
  for (let i = 0; i < 2000; i++) {
    const raw = -Math.log(1 - random())
    look(threshold, raw)
    scale.add(raw)
  }

  expect(threshold.level(scale)).toBe(scale.rank(threshold.limit))
  expect(threshold.level(scale)).toBeGreaterThan(0.99)
})
