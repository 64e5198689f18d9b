import { expect, it } from 'vitest'

import { campaigns } from './campaigns.ts'
import { describeFailure } from './describe-failure.ts'
import { firstSeed } from './seeds.ts'

// Together with a start of some 100 ms: what a run of all tests can spare for each scenario.
const MINUTES = 4 / 60

/** Registers a test that runs a scenario for some seconds under seeds that nobody has run, and prints which. */
export function shareOfSeeds(name: string, laws: string): void {
  const campaign = campaigns[name]
  if (campaign === undefined) throw new Error(`There is no scenario ${name}.`)
  it(`${laws}, under fresh seeds`, async () => {
    const first = firstSeed()

    const report = await campaign.run({ firstSeed: first, minutes: MINUTES })

    const last = first + report.runs - 1
    console.log(
      `${name}: seeds ${first} to ${last}, ${report.runs} runs (MILLRACE_SEED=${first} again)`,
    )
    const { failure } = report
    expect(failure === undefined ? 'clean' : describeFailure(name, failure)).toBe('clean')
    expect(report.runs).toBeGreaterThan(0)
  })
}
