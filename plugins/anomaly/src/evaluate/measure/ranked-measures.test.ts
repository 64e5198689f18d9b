import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rows } from '../data/series.ts'
import { rankedMeasures } from './ranked-measures.ts'

test('a perfect order is 1, and its highest score is found', () => {
  const scores = Float64Array.of(0, 0, 0.9, 0.8, 0)

  expect(rankedMeasures(scores, [[2, 3]], 0)).toMatchObject({ aucPr: 1, bestF1: 1, located: true })
})

test('equal scores cross a threshold together: precision is the share that is labelled', () => {
  const measures = rankedMeasures(new Float64Array(8), [[2, 3]], 0)

  expect(measures).toMatchObject({ aucPr: 0.25, bestF1: 0.4 })
})

test('located allows 100 rows to each side, or the length of a longer stretch', () => {
  const at = (row: number, windows: readonly Rows[]): boolean | undefined => {
    const scores = new Float64Array(2000)
    scores[row] = 1
    return rankedMeasures(scores, windows, 0)?.located
  }

  expect([899, 900, 1000, 1101, 1102].map((row) => at(row, [[1000, 1001]]))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
  expect([799, 800, 1399, 1400].map((row) => at(row, [[1000, 1199]]))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('rows before the warm-up are not looked at', () => {
  const scores = Float64Array.of(1, 1, 0.2, 0.9)

  expect(rankedMeasures(scores, [[0, 1]], 2)).toBeUndefined()
  expect(rankedMeasures(scores, [[3, 3]], 2)).toMatchObject({ aucPr: 1, bestF1: 1, located: true })
})

test('they are those of each threshold counted for itself', () => {
  const drawn = fc.array(fc.record({ score: fc.nat({ max: 5 }), label: fc.boolean() }), {
    minLength: 1,
    maxLength: 25,
  })
  fc.assert(
    fc.property(drawn, (rows) => {
      const windows = rows.flatMap(({ label }, row): Rows[] => (label ? [[row, row]] : []))
      const scores = Float64Array.from(rows, ({ score }) => score)

      fc.pre(windows.length > 0)

      const measures = rankedMeasures(scores, windows, 0)

      let [area, f1, recallBefore] = [0, 0, 0]
      for (const threshold of [5, 4, 3, 2, 1, 0]) {
        const flagged = rows.filter(({ score }) => score >= threshold)
        const hits = flagged.filter(({ label }) => label).length
        if (flagged.length === 0) continue
        const [precision, recall] = [hits / flagged.length, hits / windows.length]
        area += precision * (recall - recallBefore)
        if (hits > 0) f1 = Math.max(f1, (2 * precision * recall) / (precision + recall))
        recallBefore = recall
      }
      expect(measures?.aucPr).toBeCloseTo(area, 9)
      expect(measures?.bestF1).toBeCloseTo(f1, 9)
    }),
    { numRuns: 200 },
  )
})
