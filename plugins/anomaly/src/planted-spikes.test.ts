import { type DetectorDefinition, tryParseParameters } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { anomalySchema } from './anomaly-parameters.ts'
import { ewma } from './detectors/ewma.ts'
import { knn } from './detectors/knn.ts'
import { judgePlan } from './judge-plan.ts'
import { Judge } from './judge/judge.ts'
import type { ThresholdParameters } from './judge/threshold-parameters.ts'
import { SeededRandom } from './seeded-random.ts'

const spikes = Array.from({ length: 20 }, (_, index) => 900 + 450 * index)

/** 10,000 points of a wave with noise, and a spike of one point now and then, up and down. */
function planted(): Float64Array {
  const random = new SeededRandom(7)
  const values = Float64Array.from({ length: 10_000 }, (_, index) => {
    return 10 + 3 * Math.sin((Math.PI * index) / 100) + 0.3 * random.nextNormal()
  })
  for (const [index, at] of spikes.entries()) values[at]! += index % 2 === 0 ? 9 : -9
  return values
}

function alertsOf(definition: DetectorDefinition, given: unknown, threshold: ThresholdParameters) {
  const parsed = tryParseParameters(definition, given)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  const scope = { dimensions: 1, warmup: 400, seed: 1 }
  const judge = new Judge({ definition, parameters: parsed.value, scope, threshold })
  return [...planted()].flatMap((value, index) => {
    return judge.judge(Float64Array.of(value), index * 60_000).alert ? [index] : []
  })
}

it.each<[string, DetectorDefinition, unknown, ThresholdParameters]>([
  ['ewma', ewma, { halfLife: 10 }, 0.99],
  ['knn', knn, { length: 4 }, { quantile: 0.99 }],
])(
  '%s finds 19 of 20 spikes in 10,000 points, with one false alarm in a hundred at most',
  (...of) => {
    const [, definition, given, threshold] = of

    const alerts = alertsOf(definition, given, threshold)

    // All four stretches with the spike in them are strange.
    const near = (at: number, spike: number): boolean => at >= spike && at < spike + 4
    const found = spikes.filter((spike) => alerts.some((at) => near(at, spike)))
    const wrong = alerts.filter((at) => !spikes.some((spike) => near(at, spike)))
    expect(found.length).toBeGreaterThanOrEqual(19)
    expect(wrong.length).toBeLessThanOrEqual(100)
  },
)

it('the default finds 19 of 20 spikes of ten deviations in 10,000 points of a wave, and of noise alone, with five false alarms at most', () => {
  const random = new SeededRandom(3)
  const noise = Float64Array.from({ length: 10_000 }, () => random.nextNormal())
  for (const [index, at] of spikes.entries()) noise[at]! += index % 2 === 0 ? 10 : -10

  for (const values of [planted(), noise]) {
    const plan = judgePlan(anomalySchema.parse({ field: 'value' }))
    if ('problem' in plan) throw new Error(plan.problem)
    const judge = plan.create()
    const alerts = [...values].flatMap((value, index) => {
      return judge.judge(Float64Array.of(value), index * 60_000).alert ? [index] : []
    })

    const found = spikes.filter((spike) => alerts.includes(spike))
    const wrong = alerts.filter((at) => !spikes.some((spike) => at >= spike && at < spike + 12))
    expect(found.length).toBeGreaterThanOrEqual(19)
    expect(wrong.length).toBeLessThanOrEqual(5)
  }
})

it('the default finds a sensor that is stuck for a hundred points in noise', () => {
  const random = new SeededRandom(5)
  const plan = judgePlan(anomalySchema.parse({ field: 'value' }))
  if ('problem' in plan) throw new Error(plan.problem)
  const judge = plan.create()
  const alerts = Array.from({ length: 3000 }, (_, index) => {
    const value = index >= 2000 && index < 2100 ? 0.4 : random.nextNormal()
    return judge.judge(Float64Array.of(value), index * 60_000).alert ? index : -1
  }).filter((at) => at >= 0)

  expect(alerts.some((at) => at >= 2000 && at < 2040)).toBe(true)
  expect(alerts.filter((at) => at < 2000 || at >= 2140).length).toBeLessThanOrEqual(2)
})
