import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rows } from '../data/series.ts'
import { vusPr } from './vus-pr.ts'

test('a stretch that is flagged as it is labelled is nearly 1, and so is one a little late', () => {
  const exact = Float64Array.from({ length: 1000 }, (_, row) => (row >= 500 && row < 600 ? 1 : 0))
  const late = Float64Array.from({ length: 1000 }, (_, row) => (row >= 510 && row < 610 ? 1 : 0))
  const away = Float64Array.from({ length: 1000 }, (_, row) => (row >= 700 && row < 800 ? 1 : 0))

  const [first, second, third] = [exact, late, away].map((scores) => vusPr(scores, [[500, 599]]))

  expect(first).toBeGreaterThan(0.85)
  expect(second).toBeGreaterThan(0.75)
  expect(second).toBeLessThan(first as number)
  expect(third).toBeLessThan(0.2)
})

test('equal scores are worth the share of soft labels', () => {
  expect(vusPr(new Float64Array(1000), [[0, 999]])).toBe(1)
  expect(vusPr(new Float64Array(10_000), [[500, 599]])).toBeCloseTo(0.0125, 2)
})

/** As the paper writes it, threshold by threshold. */
function slowly(scores: readonly number[], windows: readonly Rows[]): number {
  const areas = Array.from({ length: 11 }, (_, step) => {
    const width = 10 * step
    const soft = scores.map((_score, row) => {
      if (windows.some(([first, last]) => row >= first && row <= last)) return 1
      const near = windows.flatMap(([first, last]) =>
        row < first ? [first - row] : row > last ? [row - last] : [],
      )
      const sum = near
        .filter((away) => away <= width / 2)
        .reduce((all, away) => all + Math.sqrt(1 - away / width), 0)
      return Math.min(1, sum)
    })
    const runs = soft.reduce<number[][]>((all, label, row) => {
      if (label === 0) return all
      if (row > 0 && (soft[row - 1] as number) > 0) all.at(-1)?.push(row)
      else all.push([row])
      return all
    }, [])
    const hard = windows.reduce((sum, [first, last]) => sum + last - first + 1, 0)
    const total = (hard + soft.reduce((sum, label) => sum + label, 0)) / 2
    let [area, before] = [0, 0]
    for (const threshold of [...new Set(scores)].toSorted((a, b) => b - a)) {
      const flagged = scores.flatMap((score, row) => (score >= threshold ? [row] : []))
      const hits = flagged.reduce((sum, row) => sum + (soft[row] as number), 0)
      const found = runs.filter((run) => run.some((row) => flagged.includes(row))).length
      const recall = Math.min(1, hits / total) * (found / runs.length)
      area += (recall - before) * (hits / flagged.length)
      before = recall
    }
    return area
  })
  return areas.reduce((sum, area) => sum + area, 0) / areas.length
}

test('it is that of the definition', () => {
  const drawn = fc.record({
    scores: fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 60 }),
    at: fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 2, maxLength: 4 }),
  })
  fc.assert(
    fc.property(drawn, ({ scores, at }) => {
      const [a = 0, b = 0, c, d] = at.toSorted((one, other) => one - other)
      const windows: Rows[] = [[a, b]]
      if (c !== undefined && d !== undefined) windows.push([c, d])

      expect(vusPr(Float64Array.from(scores), windows)).toBeCloseTo(slowly(scores, windows), 9)
    }),
    { numRuns: 200 },
  )
})
