import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silence } from './refractory.ts'

const silenced = (scores: readonly number[], span: number, level?: number): readonly number[] => {
  const out = Float64Array.from(scores)
  silence(out, span, level)
  return [...out]
}

test('a row is heard when it is stranger than what was heard in the span before it', () => {
  const scores = [0.5, 0.5, 0.4, 0.9, 0.8, 0.8, 0.1]

  expect(silenced(scores, 2)).toEqual([0.5, 0, 0, 0.9, 0, 0, 0.1])
})

test('with a level the first row that reaches it silences the span behind it', () => {
  expect(silenced([0.5, 0.6, 0.9, 0.95, 0.3, 0.9, 0.9], 2, 0.9)).toEqual([
    0.5, 0.6, 0.9, 0, 0, 0.9, 0,
  ])
})

const drawn = fc.array(
  fc.integer({ min: 0, max: 20 }).map((value) => value / 20),
  { maxLength: 60 },
)

test('at any threshold a silenced row has one that is heard at most a span before', () => {
  fc.assert(
    fc.property(drawn, fc.nat({ max: 8 }), fc.nat({ max: 20 }), (scores, span, level) => {
      const threshold = Math.max(level, 1) / 20
      const out = silenced(scores, span)
      scores.forEach((score, row) => {
        if (score < threshold || (out[row] as number) > 0) return
        expect(out.slice(Math.max(0, row - span), row).some((one) => one >= threshold)).toBe(true)
      })
    }),
    { numRuns: 200 },
  )
})

test('with a level no two rows of a span reach it', () => {
  fc.assert(
    fc.property(drawn, fc.nat({ max: 8 }), fc.nat({ max: 20 }), (scores, span, at) => {
      const level = Math.max(at, 1) / 20
      const rows = silenced(scores, span, level).flatMap((score, row) =>
        score >= level ? [row] : [],
      )
      rows
        .slice(1)
        .forEach((row, index) => expect(row - (rows[index] as number)).toBeGreaterThan(span))
    }),
    { numRuns: 200 },
  )
})
