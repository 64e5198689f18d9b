import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { Dice } from '../dice.ts'
import {
  checkCounters,
  checkEnd,
  checkOutput,
  checkPromises,
  checkState,
  type World,
} from './checks.ts'
import { Lives, undisturbed } from './lives.ts'
import { planCheckpoints } from './plan.ts'

/** A job with checkpoints on a simulated disk, through several lives of its process, each killed, stopped or let down by its disk. */
const scenario: Scenario<World> = async (simulation) => {
  const plan = planCheckpoints(new Dice(simulation))
  const expected = await undisturbed(plan)
  const world: World = { lives: new Lives(plan, simulation), expected, error: undefined }
  world.lives.run().catch((error: unknown) => {
    world.error = error
  })
  return world
}

const ended =
  (...how: readonly string[]) =>
  ({ lives }: World): boolean =>
    lives.ends.some((end) => how.includes(end))

const checks: ExploreOptions<World> = {
  always: {
    'the job comes to its end': checkEnd,
    'sources forget only what is durable': checkPromises,
    'readers see each record once': checkOutput,
    'the counts are those of an undisturbed run': checkCounters,
    'the state is that of an undisturbed run': checkState,
  },
  sometimes: {
    'a process is killed': ended('killed'),
    'a process is killed that went on from a checkpoint': ({ lives }) =>
      lives.ends.some((end, life) => {
        return end === 'killed' && lives.counts.slice(0, life).some((count) => count > 0)
      }),
    'a process is killed behind several checkpoints': ({ lives }) =>
      lives.ends.some((end, life) => end === 'killed' && (lives.counts[life] ?? 0) > 2),
    'a job is stopped': ended('stopped'),
    'a job is aborted': ended('ENG_ABORTED'),
    'the disk is full': ended('STORE_FULL', 'ENG_SINK'),
    'nobody knows whether a checkpoint is durable': ended('STORE_UNCERTAIN'),
    'the job is another one when it goes on': ({ lives }) =>
      lives.plan.relays.slice(0, lives.ends.length).includes(true),
    'the job has other numbers of workers when it goes on': ({ lives }) =>
      new Set(lives.plan.workers.slice(0, lives.ends.length)).size > 1,
    'changes follow those of the life before': ({ lives }) => lives.followed > 0,
    'three lives end early': ({ lives }) => lives.ends.length > 3,
  },
  mode: 'swarm',
  faults: { slowHandler: 0.02, messageDelay: 0.05, timerLate: 0.02 },
  maxTurns: 200_000,
}

export const checkpoints: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
