import type { DetectorScope } from '@millrace/sdk'
import { parseDetector, tryParseParameters } from '@millrace/sdk'
import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { discord } from './detectors/discord.ts'
import { rangeRule } from './detectors/range-rule.ts'
import { recall } from './detectors/recall.ts'
import { ensemble } from './ensemble.ts'
import { RankScale } from './judge/rank-scale.ts'

const scope: DetectorScope = { dimensions: 1, warmup: 40, seed: 1 }
const small = { members: [{ recall: { span: 4, length: 2, history: 10 } }, 'range', 'ewma'] }

detectorLaws(ensemble)
detectorLaws(ensemble, { parameters: small })
detectorLaws(ensemble, { parameters: { ...small, combination: 'votes', window: 3 } })
detectorLaws(ensemble, { parameters: { ...small, combination: 'votes', window: 1, need: 3 } })

function create(parameters: unknown): ReturnType<typeof ensemble.create> {
  const parsed = tryParseParameters(ensemble, parameters)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  return ensemble.create(parsed.value, scope)
}

interface Said {
  readonly surprise: number
  readonly isSilent: boolean
}

/** By the definition: each member by itself, its surprise among its own scores. */
function said(name: 'range' | 'recall', values: readonly number[]): Said[] {
  const parsed = parseDetector({ module: name === 'range' ? rangeRule : recall })
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  const detector = parsed.module.create(parsed.parameters, scope)
  const scale = new RankScale({ length: 3500 })
  const told: number[] = []
  return values.map((value) => {
    const raw = detector.update(Float64Array.of(value), 0)
    const isSilent = told.filter((one) => one > 0).length + 1 < (told.length + 1) / 2
    const early = raw > 0 && isSilent ? Math.log10((told.length + 1001) / (told.length + 1)) : 0
    const surprise = scale.surprise(raw) + early
    if (!Number.isNaN(raw)) told.push(raw)
    scale.add(raw)
    return { surprise, isSilent }
  })
}

const series = fc.array(fc.oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: -50, max: 50 })), {
  minLength: 1,
  maxLength: 400,
})

it('ranks are how rare the surprises of those that speak are together, and what the silent ones say', () => {
  fc.assert(
    fc.property(series, (values) => {
      const detector = create({ members: ['recall', 'range'] })
      const both = [said('recall', values), said('range', values)]

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, score] of scores.entries()) {
        const all = both.map((one) => one[index]!).filter((one) => !Number.isNaN(one.surprise))
        const sumOf = (some: readonly Said[]) => some.reduce((sum, one) => sum + one.surprise, 0)
        const [silent, tests] = [
          all.filter((one) => one.isSilent),
          all.filter((one) => !one.isSilent),
        ]
        const sum = sumOf(tests)
        // A product of two chances falls below c with a chance of c (1 - ln c).
        const together = tests.length === 2 ? sum - Math.log10(1 + sum * Math.LN10) : sum
        expect(Number.isNaN(score)).toBe(all.length === 0)
        expect(score || 0).toBeCloseTo(together + sumOf(silent), 9)
      }
    }),
    { numRuns: 50 },
  )
})

it('a member that ranks its scores itself and is silent about most points counts up to one in a thousand', () => {
  const detector = create({ members: ['ewma', { spike: { memory: 80 } }] })
  const alone = create({ members: ['ewma'] })
  for (let index = 0; index < 300; index++) {
    for (const one of [detector, alone]) one.update(Float64Array.of(Math.sin(index * index)), 0)
  }

  const [withSpike, without] = [detector, alone].map((one) => one.score(Float64Array.of(1e9), 0))
  const [calm, calmAlone] = [detector, alone].map((one) => one.score(Float64Array.of(0.3), 0))

  expect(withSpike! - without!).toBeCloseTo(3, 9)
  expect(calm).toBe(calmAlone)
})

it('a member that ranks its scores itself and speaks of most points counts as it says', () => {
  const parameters = { span: 4, length: 4, history: 100 }
  const detector = create({ members: [{ discord: parameters }] })
  const alone = discord.create(parameters, scope)
  for (let index = 0; index < 300; index++) {
    for (const one of [detector, alone]) one.update(Float64Array.of(Math.sin(index * index)), 0)
  }

  const [score, own] = [detector, alone].map((one) => one.score(Float64Array.of(1e4), 0))

  expect(own).toBeGreaterThan(4)
  expect(score).toBeCloseTo(own!, 9)
})

it('votes are the surprise that enough members reached within the window', () => {
  const cases = fc.record({
    values: series,
    window: fc.integer({ min: 1, max: 12 }),
    need: fc.integer({ min: 1, max: 2 }),
  })
  fc.assert(
    fc.property(cases, ({ values, window, need }) => {
      const members = ['recall', 'range']
      const detector = create({ members, combination: 'votes', window, need })
      const both = ['recall' as const, 'range' as const].map((name) =>
        said(name, values).map((one) => one.surprise),
      )

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      expect(scores).toStrictEqual(
        values.map((_, index) => {
          const held = both.map((one) =>
            Math.max(
              -1,
              ...one
                .slice(Math.max(0, index + 1 - window), index + 1)
                .filter((surprise) => !Number.isNaN(surprise)),
            ),
          )
          if (Math.max(...held) < 0) return Number.NaN
          return Math.max(0, held.toSorted((a, b) => b - a)[need - 1]!)
        }),
      )
    }),
    { numRuns: 50 },
  )
})

it('names the member that is surprised most, and what would have been likely', () => {
  const detector = create({ members: [{ recall: { span: 2, length: 2, history: 10 } }, 'range'] })
  for (let index = 0; index < 400; index++) {
    detector.update(Float64Array.of(index % 2), 0)
  }

  detector.score(Float64Array.of(9), 0)
  const out = { ...detector.evidence }
  detector.score(Float64Array.of(1), 0)
  const within = { ...detector.evidence }

  expect(out).toMatchObject({
    member: 'range',
    low: [-0.05],
    high: [1.05],
    expected: [0],
  })
  expect(within).toMatchObject({ member: 'recall', span: 2 })
})

it('a member that is no detector, or has wrong parameters, is refused by name', () => {
  const problems = ['rnage', 7, { knn: 5, mad: 3 }, { knn: { lenght: 5 } }].map((member) => {
    const parsed = tryParseParameters(ensemble, { members: [member] })
    return 'problem' in parsed ? `${parsed.problem.path} ${parsed.problem.message}` : 'taken'
  })

  expect(problems).toMatchInlineSnapshot(`
    [
      "members.0 There is no detector "rnage". Did you mean range?",
      "members.0 must be the name of a detector, or a map of one name to its parameters.",
      "members.0 must be the name of a detector, or a map of one name to its parameters.",
      "members.0 lenght: Unknown parameter "lenght".",
    ]
  `)
})

it('needs a member', () => {
  const parsed = tryParseParameters(ensemble, { members: [] })

  expect('problem' in parsed && parsed.problem).toStrictEqual({
    path: 'members',
    message: 'must name at least one detector, such as [ewma, knn]; got an empty list.',
  })
})
