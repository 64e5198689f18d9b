import { tryParseParameters } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { ewma } from '../detectors/ewma.ts'
import { mad } from '../detectors/mad.ts'
import { SeededRandom } from '../seeded-random.ts'
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
