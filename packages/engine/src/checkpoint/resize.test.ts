import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JobSpec } from '../plan/job-spec.ts'
import { fates, lives, newDisk, type Process } from './lives.test-support.ts'
import { diskChanges } from './changes-on-disk.test-support.ts'
import { inputs, jobsOf, shown } from './rescaled-lives.test-support.ts'

interface Resize {
  readonly atMs: number
  readonly stage: 'sums' | 'slow'
  readonly workers: number
}

const restart = { intensity: 100, backoff: { minMs: 3, maxMs: 3, factor: 1, jitter: 0 } }

it('a job that is resized while it runs, killed, stopped and begun anew shows what one shows that has one worker and peace', async () => {
  const told = { sums: 0, slow: 0 }
  await fc.assert(
    fc.asyncProperty(
      inputs,
      fates,
      fc.array(fc.integer({ min: -1, max: 20 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(
        fc.record<Resize>({
          atMs: fc.nat(30),
          stage: fc.constantFrom('sums', 'slow'),
          workers: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      // Whether its store keeps what has changed, as that of a job file does, or whole checkpoints.
      fc.boolean(),
      async (input, script, faults, workers, resizes, takesChanges) => {
        const quiet = newDisk()
        const undisturbed = await lives(quiet, jobsOf(input, [1]), [])

        const disk = newDisk()
        const build = jobsOf(input, workers)
        const begun = (process: Process): JobSpec => ({
          ...build(process),
          ...(takesChanges && { checkpoint: diskChanges(process, input.everyMs) }),
          restart: { intensity: 0, periodMs: 60_000, onEscalate: { restart } },
        })
        const last = await lives(disk, begun, script, faults, (running, process) => {
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
    { numRuns: 50 },
  )
  // A law of refusals would be none.
  expect(Math.min(told.sums, told.slow)).toBeGreaterThan(5)
})
