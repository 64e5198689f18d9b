import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rows } from '../data/series.ts'
import { countsAt, maskedCurve, tuneMasked } from './masked-curve.ts'
import { type NabFile, nabFile } from './nab-file.ts'
import { profileNames, scoreNab } from './nab-score.ts'

test('a flagged row silences the span behind it, whatever the threshold is', () => {
  const scores = Float64Array.of(0, 0, 0.5, 0.9, 0.6, 0.5, 0.5, 0)
  const curve = maskedCurve(nabFile('a', 'g', scores, [[3, 4]]), 2)

  expect([...curve.thresholds]).toEqual([0.9, 0.6, 0.5, 0])
  expect([countsAt(curve, 0.7).found, countsAt(curve, 0.7).falseRows]).toEqual([1, 0])
  // The row in front of the window silences all of it.
  expect([countsAt(curve, 0.5).found, countsAt(curve, 0.5).falseRows]).toEqual([0, 2])
  expect(countsAt(curve, 0.95)).toMatchObject({ found: 0, missed: 1, falseRows: 0 })
})

const drawnFile = fc
  .record({
    scores: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 200 }),
    cuts: fc.uniqueArray(fc.nat({ max: 199 }), { maxLength: 6 }),
    span: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ scores, cuts, span }) => {
    const edges = cuts.filter((cut) => cut < scores.length).toSorted((a, b) => a - b)
    const windows: Rows[] = []
    for (let i = 0; i + 1 < edges.length; i += 2) {
      windows.push([edges[i] as number, edges[i + 1] as number])
    }
    return {
      file: nabFile(
        'a',
        'g',
        Float64Array.from(scores, (score) => score / 8),
        windows,
      ),
      span,
    }
  })

/** The same file with only the rows that are flagged at a threshold, row by row. */
function masked(file: NabFile, span: number, threshold: number): NabFile {
  let silentTo = -1
  const scores = file.scores.map((score, row) => {
    if (row < file.probation || row <= silentTo || score < threshold) return 0
    silentTo = row + span
    return 1
  })
  return { ...file, scores }
}

test('counts and tuning are those of masking row by row at each threshold', () => {
  fc.assert(
    fc.property(
      fc.array(drawnFile, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...profileNames),
      (drawn, profile) => {
        const curves = drawn.map(({ file, span }) => maskedCurve(file, span))
        const rawAt = (threshold: number): number =>
          scoreNab(
            drawn.map(({ file, span }) => masked(file, span, threshold)),
            1,
          )[profile].raw
        const all = [Infinity, ...Array.from({ length: 9 }, (_, index) => (8 - index) / 8)]

        for (const { file, span } of drawn) {
          const curve = maskedCurve(file, span)
          for (const threshold of all) {
            const { standard } = scoreNab([masked(file, span, threshold)], 1)
            expect(standard).toMatchObject({
              ...countsAt(curve, threshold),
              hits: expect.closeTo(countsAt(curve, threshold).hits, 9),
              falses: expect.closeTo(countsAt(curve, threshold).falses, 9),
            })
          }
        }
        const best = Math.max(...all.map(rawAt))
        expect(rawAt(tuneMasked(curves, profile))).toBeCloseTo(best, 6)
      },
    ),
    { numRuns: 200 },
  )
})
