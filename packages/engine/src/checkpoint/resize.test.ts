import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fates, lives, newDisk } from './lives.test-support.ts'
import { inputs, jobsOf, shown } from './rescaled-lives.test-support.ts'

interface Resize {
  readonly atMs: number
  readonly stage: 'sums' | 'slow'
  readonly workers: number
}

it('a job that is resized while it runs, killed and stopped shows what one shows that has one worker and peace', async () => {
  const told = { sums: 0, slow: 0 }
  await fc.assert(
    fc.asyncProperty(
      inputs,
      fates,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(
        fc.record<Resize>({
          atMs: fc.nat(30),
          stage: fc.constantFrom('sums', 'slow'),
          workers: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      async (input, script, workers, resizes) => {
        const quiet = newDisk()
        const undisturbed = await lives(quiet, jobsOf(input, [1]), [])

        const disk = newDisk()
        const last = await lives(disk, jobsOf(input, workers), script, [], (running, process) => {
          for (const { atMs, stage: id, workers: count } of resizes) {
            process.runtime.timer(atMs, () => {
              running.resize(id, count).then(
                ({ before }) => (told[id] += before === count ? 0 : 1),
                // It was killed, stopped or done before.
                (error: unknown) => expect(error).toHaveProperty('code'),
              )
            })
          }
        })

        expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
      },
    ),
    { numRuns: 80 },
  )
  // A law of refusals would be none.
  expect(Math.min(told.sums, told.slow)).toBeGreaterThan(10)
})
