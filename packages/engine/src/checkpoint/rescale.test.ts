import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fates, lives, newDisk } from './lives.test-support.ts'
import { inputs, jobsOf, shown } from './rescaled-lives.test-support.ts'

it('a job goes on with any number of workers as if it had one and nothing had happened', async () => {
  await fc.assert(
    fc.asyncProperty(
      inputs,
      fates,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
      async (input, script, workers) => {
        const quiet = newDisk()
        const undisturbed = await lives(quiet, jobsOf(input, [1]), [])

        const disk = newDisk()
        const last = await lives(disk, jobsOf(input, workers), script)

        expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
      },
    ),
    { numRuns: 60 },
  )
})
