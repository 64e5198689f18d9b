import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { adwin } from './adwin.ts'

/** ADWIN with its numbers themselves in the buckets, and everything reckoned from its definition. */
class SlowAdwin {
  readonly #delta: number
  /** The oldest first; sizes are powers of two. */
  buckets: number[][] = []
  #ticks = 0
  cut: Cut | undefined

  constructor(delta: number) {
    this.#delta = delta
  }

  update(value: number): boolean {
    this.buckets.push([value])
    for (let size = 1; this.buckets.filter((one) => one.length === size).length > 5; size *= 2) {
      const at = this.buckets.findIndex((one) => one.length === size)
      const pair = this.buckets.slice(at, at + 2).flat()
      this.buckets.splice(at, 2, pair)
    }
    this.#ticks++
    if (this.#ticks % 32 !== 0) return false
    this.cut = this.#clearest() ?? this.cut
    const found = this.#clearest() !== undefined
    while (this.#clearest() !== undefined) this.buckets.shift()
    return found
  }

  #clearest(): Cut | undefined {
    const all = this.buckets.flat()
    const variance = mean(all.map((one) => (one - mean(all)) ** 2))
    const range = Math.max(...all) - Math.min(...all)
    const cuts = this.buckets.flatMap((_, index) => {
      const older = this.buckets.slice(0, index + 1).flat()
      const newer = this.buckets.slice(index + 1).flat()
      if (older.length < 5 || newer.length < 5) return []
      const m = 1 / (1 / older.length + 1 / newer.length)
      const confidence = Math.log(2 / (this.#delta / Math.log(all.length)))
      const epsilon =
        Math.sqrt((2 / m) * variance * confidence) + ((2 * range) / (3 * m)) * confidence
      const [before, after] = [mean(older), mean(newer)]
      const clearness = Math.abs(before - after) / epsilon
      return clearness > 1 ? [{ clearness, before, after, length: newer.length }] : []
    })
    return cuts.toSorted((a, b) => b.clearness - a.clearness)[0]
  }
}

interface Cut {
  readonly before: number
  readonly after: number
  readonly length: number
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length
}

it('cuts where its definition says so, and tells what it cut', () => {
  const level = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 200 }))
  const levels = fc.array(level, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(levels, fc.integer(), fc.constantFrom(0.002, 0.1), (stretches, seed, delta) => {
      const random = new SeededRandom(seed)
      const fast = adwin.create({ delta }, 1)
      const slow = new SlowAdwin(delta)
      for (const [height, length] of stretches) {
        for (let i = 0; i < length; i++) {
          const value = height + random.next()
          expect(fast.update(value)).toBe(slow.update(value))
          const { cut = { ...fast.evidence } } = slow
          expect(cut.length).toBe(fast.evidence.length)
          expect(Math.abs(cut.before - fast.evidence.before) > 1e-9).toBe(false)
          expect(Math.abs(cut.after - fast.evidence.after) > 1e-9).toBe(false)
        }
      }
    }),
    { numRuns: 40 },
  )
})

it('finds a shift of the mean soon, and hardly ever one where there is none', () => {
  const random = new SeededRandom(3)
  const detector = adwin.create({ delta: 0.002 }, 1)
  let before = 0
  for (let i = 0; i < 20_000; i++) if (detector.update(random.next())) before++

  let delay = 1
  while (!detector.update(0.2 + random.next())) delay++

  expect(before).toBe(0)
  expect(delay).toBeLessThan(200)
  expect(detector.evidence.after).toBeGreaterThan(0.6)
  expect(detector.evidence.before).toBeCloseTo(0.5, 1)
})

it('keeps a long window in few numbers', () => {
  const random = new SeededRandom(3)
  const detector = adwin.create({ delta: 0.002 }, 1)
  for (let i = 0; i < 100_000; i++) detector.update(random.next())

  const { rows } = detector.snapshot() as { rows: { buckets: Float64Array } }

  expect(rows.buckets.length).toBeLessThan(400)
})
