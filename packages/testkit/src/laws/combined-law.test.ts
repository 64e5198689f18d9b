import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  combinedMutants,
  healthyGathering,
  healthyHalves,
} from './combined-mutants.test-support.ts'
import { listStageLaws, stageLaws } from './stage-laws.ts'

const options = {
  by: ['name'],
  records: fc.record({
    value: fc.integer({ min: -20, max: 30 }),
    time: fc.nat({ max: 9 }),
    name: fc.constantFrom('a', 'b'),
  }),
  timestamp: (record: unknown) => (record as { time: number }).time,
  seed: 7,
}

it.each(combinedMutants)(
  'a stage that $fault is caught by the law $law',
  async ({ stage, law }) => {
    const meant = listStageLaws(stage, options).find(({ id }) => id === law)

    await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
  },
)

stageLaws(healthyHalves, options)
stageLaws({ ...healthyGathering, name: 'gathers' }, options)

it('asks nothing of a stage that with its parameters comes in one piece', async () => {
  const whole = { ...healthyHalves, combined: () => undefined }

  const law = listStageLaws(whole, options).find(({ id }) => id === 'combined')

  await expect(law?.check()).resolves.toBeUndefined()
})
