import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rows } from '../checkpoint/lives.test-support.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { type Fate, none, outcome, summing } from './split-source.test-support.ts'

const fates = fc.record({
  at: fc.nat(25),
  does: fc.constantFrom('kill' as const, 'stop' as const, 'crash' as const, 'none' as const),
  then: fc.nat(3),
})

it('gives what one reader gives, whoever is lost and however many go on', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 2, max: 3 }), fates, async (list, workers, after) => {
      const { ids, ...split } = await outcome(list, workers, after)

      const { ids: _, ...whole } = await outcome(list, 0, none)
      expect(split).toEqual(whole)
      // The place of a record has nothing to do with who reads it.
      const isAlways = after.then > 1 || after.does === 'none' || after.does === 'kill'
      const others = isAlways ? (await outcome(list, 2, none)).ids : ids
      expect(ids).toEqual(others)
    }),
    { numRuns: 60 },
  )
})

it('gives the same where a stage has as many threads as its source, each beside a worker', async () => {
  const stages = () => {
    const [plain, ...others] = summing() as [StageSpec]
    const { traits } = plain.factory
    const factory = { ...plain.factory, traits: { ...traits, keeps: 'instance' as const } }
    const parallel = { workers: 2, runs: 'threads', mode: 'unordered' } as const
    return [{ ...plain, factory, parallel }, ...others]
  }
  await fc.assert(
    fc.asyncProperty(rows, fates, async (list, fate) => {
      const { ids: _, ...split } = await outcome(list, 2, fate, { stages })

      const { ids: __, ...whole } = await outcome(list, 0, none)
      expect(split).toEqual(whole)
    }),
    { numRuns: 60 },
  )
})

it('counts what was read before a checkpoint, and nothing that was read since', async () => {
  const list = Array.from({ length: 80 }, (_, index) => ({ key: 'a', n: 6, t: index }))
  const whole = await outcome(list, 0, none)
  const crashes = Array.from({ length: 25 }, (_, step) => ({
    at: 2 * step,
    does: 'crash',
    then: 3,
  }))

  const read: unknown[] = []
  for (const crash of crashes as Fate[]) read.push((await outcome(list, 3, crash)).read)

  expect(read).toEqual(crashes.map(() => whole.read))
})
