import { expect, it } from 'vitest'
import { hunt } from './hunt.ts'
import { scenarios } from './scenarios.ts'
import { tellStory } from './story.ts'

const names = Object.keys(scenarios)
/** The same inputs and fates with every run of the tests; `pnpm chaos` hunts with fresh ones. */
const SEED = Number(process.env['MILLRACE_SEED'] ?? 1)
/** No round is begun any more after so long: a machine that is busy leaves the last ones to `pnpm chaos`. */
const BUDGET_MS = 22_000

// Signals end processes at once on Windows, where there is nothing to tell them apart.
it.skipIf(process.platform === 'win32')(
  'each kind of job, killed on its way, leaves what an undisturbed one leaves',
  { timeout: 300_000 },
  async () => {
    let begun = 0
    const began = performance.now()

    const tally = await hunt({
      scenarios: names,
      seed: SEED,
      size: 8000,
      fates: 1,
      jobs: 2,
      installed: '.',
      goesOn: () => performance.now() - began < BUDGET_MS && begun++ < names.length,
    })

    expect(tally.broken.map(tellStory).join('\n')).toBe('')
    expect(tally.rounds).toBeGreaterThan(0)
  },
)
