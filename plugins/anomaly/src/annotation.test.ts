import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { anomaly } from './anomaly.ts'
import { memberDetectors } from './member-detectors.ts'

/** As far out as numbers go, among others. */
const wild = Array.from({ length: 400 }, (_, at) => {
  const far = [1e308, -1e308, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 0]
  return at % 7 === 3 ? (far[((at / 7) % 6) | 0] as number) : (at * 7) % 10
})

it.each(memberDetectors.map((detector) => [detector.name, detector] as const))(
  'what is said of numbers as far out as they go is what JSON can hold: %s',
  async (_, detector) => {
    const fields = detector.dimensions === 'one' ? ['a'] : ['a', 'b']
    const input = wild.map((a, t) => ({ t, a, b: wild[t - 1] ?? 0 }))
    const parameters = { fields, detector, warmup: 20, refractory: 0, threshold: 0.9 }

    const { output, rejected } = await runStage(anomaly, {
      parameters,
      input,
      timestamp: (record) => (record as { t: number }).t,
    })

    expect(rejected).toEqual([])
    expect(JSON.parse(JSON.stringify(output))).toEqual(output)
  },
)

it('a band beyond all numbers ends at the largest', async () => {
  const detector = {
    module: memberDetectors.find(({ name }) => name === 'range'),
    parameters: { tolerance: 5 },
  }
  const input = [1e308, -1e308, 3].map((value, t) => ({ t, value }))

  const { output } = await runStage(anomaly, {
    parameters: { field: 'value', detector },
    input,
    timestamp: (record) => (record as { t: number }).t,
  })

  expect(output[2]).toMatchObject({
    anomaly: { band: [-Number.MAX_VALUE, Number.MAX_VALUE] },
  })
})
