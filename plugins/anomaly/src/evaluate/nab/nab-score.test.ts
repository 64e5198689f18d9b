import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rows } from '../data/series.ts'
import { type NabFile, nabFile } from './nab-file.ts'
import {
  holdOutNab,
  nabProfiles,
  type NabProfile,
  profileNames,
  rankRows,
  scoreNab,
  tuneNab,
} from './nab-score.ts'

const flat = (length: number, flagged: Readonly<Record<number, number>>): Float64Array =>
  Float64Array.from({ length }, (_, row) => flagged[row] ?? 0)

const one = (flagged: Readonly<Record<number, number>>, windows: readonly Rows[]): NabFile =>
  nabFile('g/a.csv', 'g', flat(100, flagged), windows)

const sigma = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1

test('a window that is found at its first row is worth 1, at its last next to nothing', () => {
  const windows: readonly Rows[] = [[40, 49]]

  expect(scoreNab([one({ 40: 1 }, windows)], 1).standard).toMatchObject({ raw: 1, score: 100 })
  expect(scoreNab([one({ 49: 1 }, windows)], 1).standard.raw).toBeCloseTo(0.24824, 5)
  expect(scoreNab([one({ 45: 1, 41: 1 }, windows)], 1).standard).toMatchObject({
    raw: sigma(-0.9) / sigma(-1),
    found: 1,
    missed: 0,
    falseRows: 0,
  })
})

test('nothing flagged is 0 in each profile', () => {
  const outcomes = scoreNab([one({}, [[40, 49]])], 1)

  expect(profileNames.map((name) => [outcomes[name].raw, outcomes[name].score])).toEqual([
    [-1, 0],
    [-1, 0],
    [-2, 0],
  ])
})

test('a false row costs by its distance from the window before it, all of it before the first', () => {
  const windows: readonly Rows[] = [[40, 49]]

  expect(scoreNab([one({ 52: 1 }, windows)], 1).standard.raw).toBeCloseTo(-1 + 0.11 * sigma(3 / 9))
  expect(scoreNab([one({ 99: 1 }, windows)], 1).rewardLowFpRate.raw).toBe(-1.22)
  expect(scoreNab([one({ 15: 1 }, windows)], 1).standard.raw).toBe(-1.11)
})

test('rows of probation are not looked at, nor windows that end there', () => {
  expect(scoreNab([one({ 14: 1 }, [[40, 49]])], 1).standard.raw).toBe(-1)
  expect(scoreNab([one({ 3: 1 }, [[2, 9]])], 1).standard).toMatchObject({ raw: 0, score: 0 })
})

test('the threshold that is tuned is the best one of the scores', () => {
  const file = one({ 45: 0.9, 60: 0.4, 30: 0.8 }, [[40, 49]])

  expect(tuneNab(rankRows([file])).standard).toMatchObject({
    threshold: 0.9,
    found: 1,
    falseRows: 0,
  })
})

interface Drawn {
  readonly scores: readonly number[]
  readonly windows: readonly Rows[]
  readonly group: string
}

/** Files of at most 30 rows with scores of few values, so that many are equal. */
const drawnFile: fc.Arbitrary<Drawn> = fc
  .record({
    scores: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 }),
    cuts: fc.uniqueArray(fc.nat({ max: 29 }), { maxLength: 6 }),
    group: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ scores, cuts, group }) => {
    const edges = cuts.filter((cut) => cut < scores.length).toSorted((a, b) => a - b)
    const windows: Rows[] = []
    for (let i = 0; i + 1 < edges.length; i += 2) {
      windows.push([edges[i] as number, edges[i + 1] as number])
    }
    return { scores: scores.map((score) => score / 6), windows, group }
  })

/** The published rules, row by row. */
function slowly(files: readonly Drawn[], threshold: number, profile: NabProfile): number {
  const { hit, miss, falseRow } = nabProfiles[profile]
  let raw = 0
  for (const { scores, windows } of files) {
    const probation = Math.min(Math.floor(0.15 * scores.length), 750)
    const flagged = scores.flatMap((score, row) =>
      row >= probation && score >= threshold ? [row] : [],
    )
    for (const [first, last] of windows) {
      if (last < probation) continue
      const inside = flagged.filter((row) => row >= first && row <= last)
      const values = inside.map((row) => sigma(-(last - row + 1) / (last - first + 1)) / sigma(-1))
      raw += values.length === 0 ? -miss : hit * Math.max(...values)
    }
    for (const row of flagged) {
      if (windows.some(([first, last]) => row >= first && row <= last)) continue
      const before = windows.filter(([, last]) => last < row).at(-1)
      const y = before === undefined ? Infinity : (row - before[1]) / (before[1] - before[0])
      raw += falseRow * (y > 3 ? -1 : sigma(y))
    }
  }
  return raw
}

const candidates = (files: readonly Drawn[]): readonly number[] => [
  Infinity,
  ...[...new Set(files.flatMap(({ scores }) => scores))].toSorted((a, b) => b - a),
]

/** The first of the best, from the top. */
function slowBest(files: readonly Drawn[], profile: NabProfile): { t: number; raw: number } {
  const all = candidates(files).map((t) => ({ t, raw: slowly(files, t, profile) }))
  const most = Math.max(...all.map(({ raw }) => raw))
  return all.find(({ raw }) => raw > most - 1e-9) ?? { t: Infinity, raw: most }
}

const corpus = fc.array(drawnFile, { minLength: 1, maxLength: 5 })
const prepared = (files: readonly Drawn[]): readonly NabFile[] =>
  files.map(({ scores, windows, group }, index) =>
    nabFile(`${group}/${index}`, group, Float64Array.from(scores), windows),
  )

test('scores at a threshold, tuned and held out are those of a slow reading of the rules', () => {
  fc.assert(
    fc.property(corpus, fc.constantFrom(...profileNames), (files, profile) => {
      const ready = prepared(files)
      const ranking = rankRows(ready)
      for (const threshold of candidates(files)) {
        const { raw } = scoreNab(ready, threshold)[profile]
        expect(raw).toBeCloseTo(slowly(files, threshold, profile), 9)
      }
      expect(tuneNab(ranking)[profile].raw).toBeCloseTo(slowBest(files, profile).raw, 9)
      const held = holdOutNab(ranking)
      let sum = 0
      for (const group of new Set(files.map((file) => file.group))) {
        const others = files.filter((file) => file.group !== group)
        const t = held.thresholds.get(group)?.[profile] as number
        // The threshold is one of the best for the others; which of equals is no matter of the rules.
        expect(slowly(others, t, profile)).toBeCloseTo(slowBest(others, profile).raw, 9)
        sum += slowly(
          files.filter((file) => file.group === group),
          t,
          profile,
        )
      }
      expect(held.outcomes[profile].raw).toBeCloseTo(sum, 9)
    }),
    { numRuns: 200 },
  )
})
