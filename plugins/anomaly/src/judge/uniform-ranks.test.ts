import { tryParseParameters } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { anomalySchema } from '../anomaly-parameters.ts'
import { ewma } from '../detectors/ewma.ts'
import { mad } from '../detectors/mad.ts'
import { SeededRandom } from '../seeded-random.ts'
import { judgePlan } from '../judge-plan.ts'
import { Judge } from './judge.ts'

const scope = { dimensions: 1, warmup: 300, seed: 1 }

/** Scores of points of which none has to do with any other, behind the first thousand. */
function scoresOf(definition: typeof ewma | typeof mad, draw: (random: SeededRandom) => number) {
  const parsed = tryParseParameters<unknown>(definition, {})
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  const { value: parameters } = parsed
  return [1, 2, 3].flatMap((seed) => {
    const random = new SeededRandom(seed)
    const judge = new Judge({ definition, parameters, scope, threshold: 0.999 })
    const point = new Float64Array(1)
    const scores = Array.from({ length: 15_000 }, (_, index) => {
      point[0] = draw(random)
      return judge.judge(point, index).score
    })
    return scores.slice(1000)
  })
}

const draws = {
  normal: (random: SeededRandom) => random.nextNormal(),
  uniform: (random: SeededRandom) => random.next(),
  exponential: (random: SeededRandom) => -Math.log(1 - random.next()),
}

it.for(Object.entries(draws))(
  'as many scores lie above a level as it says, where points are independent and %s',
  ([, draw]) => {
    for (const definition of [ewma, mad]) {
      const scores = scoresOf(definition, draw)
      const above = (level: number): number =>
        scores.filter((score) => score >= level).length / scores.length

      for (const level of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        expect(Math.abs(above(level) - (1 - level))).toBeLessThan(0.02)
      }
      expect(above(0.99) / 0.01).toBeCloseTo(1, 0)
      expect(above(0.999)).toBeGreaterThan(0.0003)
      expect(above(0.999)).toBeLessThan(0.0015)
    }
  },
)

it.for(Object.entries(draws))(
  'the default, too, scores about as many as it says, where points are independent and %s',
  ([, draw]) => {
    const random = new SeededRandom(5)
    const plan = judgePlan(anomalySchema.parse({ field: 'value' }))
    if ('problem' in plan) throw new Error(plan.problem)
    const judge = plan.create()
    const point = new Float64Array(1)
    const scores = Array.from({ length: 25_000 }, (_, index) => {
      point[0] = draw(random)
      return judge.judge(point, index).score
    }).slice(5000)
    const above = (level: number): number =>
      scores.filter((score) => score >= level).length / scores.length

    expect(above(0.5)).toBeGreaterThan(0.42)
    expect(above(0.5)).toBeLessThan(0.55)
    expect(above(0.9)).toBeGreaterThan(0.07)
    expect(above(0.9)).toBeLessThan(0.13)
    expect(above(0.99)).toBeGreaterThan(0.005)
    expect(above(0.99)).toBeLessThan(0.02)
    expect(above(0.999)).toBeLessThan(0.003)
  },
)
