import { simulate } from '@millrace/testkit'
import { expect, it } from 'vitest'

import {
  checkCounters,
  checkEnd,
  checkOutput,
  checkPromises,
  checkState,
} from './checkpoints/checks.ts'
import { Lives, type Outcome, undisturbed } from './checkpoints/lives.ts'
import { busyPlan, type Named, namedFailures } from './checkpoints/named.ts'
import type { Fate } from './checkpoints/plan.ts'
import { shareOfSeeds } from './share.ts'

shareOfSeeds('checkpoints', 'a job that is killed anywhere comes to what it comes to undisturbed')

const calm = busyPlan({}, [])

/** Runs the job through the lives and checks what it came to; tells how the lives ended. */
async function endsOf(
  fates: readonly Fate[],
  {
    expected,
    seed = 1,
    ...about
  }: Pick<Named, 'relays' | 'sinkMs'> & { expected: Outcome; seed?: number },
): Promise<readonly string[]> {
  const simulation = simulate({ seed, keepTrace: false })
  const lives = new Lives(busyPlan(about, fates), simulation)
  const world = { lives, expected, error: undefined }
  await simulation.complete(lives.run())
  checkEnd(world)
  checkPromises(world)
  checkOutput(world)
  checkCounters(world)
  checkState(world)
  return lives.ends
}

it.each(namedFailures)('nobody sees $title', async ({ runs, ...about }) => {
  const expected = await undisturbed(calm)
  for (const [index, fates] of runs.entries()) {
    for (const seed of [1, 2]) {
      const ends = await endsOf(fates, { ...about, expected, seed: 10 * index + seed })

      // What it is about does strike.
      expect(ends.length).toBeGreaterThan(1)
    }
  }
})

it('nobody sees a crash before, within or after any operation of the disk, and another one in the life behind it', async () => {
  const expected = await undisturbed(calm)
  const simulation = simulate({ keepTrace: false })
  const whole = new Lives(calm, simulation)
  await simulation.complete(whole.run())
  const kinds = ['before', 'within', 'after'] as const

  let killed = 0
  for (let at = 0; at < whole.operations; at++) {
    const crash = kinds[at % 3] ?? 'before'
    const fates = [at, at % 23].map((place, life): Fate => {
      const fault = { crash, power: (at + life) % 2 === 0 }
      return { kind: 'disk', at: place, times: 1, fault }
    })
    const ends = await endsOf(fates, { expected, seed: at })
    killed += ends.filter((end) => end === 'killed').length
  }

  expect(whole.operations).toBeGreaterThan(150)
  expect(killed).toBeGreaterThan(whole.operations * 1.8)
})
