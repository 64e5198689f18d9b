import { createJob } from '@millrace/engine'
import type { ExploreOptions, Scenario, Simulation } from '@millrace/testkit'

import { Dice } from '../dice.ts'
import { buildJob } from './build.ts'
import {
  checkEnd,
  checkKeys,
  checkParked,
  checkProgress,
  checkResults,
  checkTries,
  type World,
} from './checks.ts'
import { planJob } from './plan.ts'

/** A job of the real engine with failing records under every policy, restarts, batches, mailboxes and delays of all sizes. */
const scenario: Scenario<World> = (simulation) => {
  const plan = planJob(new Dice(simulation))
  const built = buildJob(plan, simulation)
  const handedOver: World['handedOver'] = []
  const job = createJob(built.spec, {
    runtime: simulation.runtime,
    onParked: (records) => void handedOver.push(...records),
  })
  const world: World = {
    plan,
    built,
    job,
    handedOver,
    everParked: new Set(),
    openReleases: 0,
    isAborted: false,
    summary: undefined,
  }
  void run(world)
  intervene(world, simulation)
  return world
}

async function run(world: World): Promise<void> {
  world.summary = await world.job.run()
}

/** What is done to the job from outside. */
function intervene(world: World, { runtime }: Simulation): void {
  const { job, plan } = world
  const { end, releases } = plan
  for (const { atMs, skips } of releases) {
    runtime.timer(atMs, () => {
      world.openReleases++
      const released = skips ? job.skipParked() : job.releaseParked()
      void released.then(() => world.openReleases--)
    })
  }
  if (end === undefined) return
  runtime.timer(end.atMs, () => {
    if (end.how === 'abort') {
      world.isAborted = world.summary === undefined
      job.abort()
    } else void job[end.how]()
  })
}

const checks: ExploreOptions<World> = {
  invariants: { 'fates add up': checkProgress },
  always: {
    'the job ends as it must': checkEnd,
    'the results are those of a plain loop': checkResults,
    'a key that waits keeps its order': checkKeys,
    'nothing that was parked is lost': checkParked,
    'the tries are counted': checkTries,
  },
  sometimes: {
    'a record is tried again': ({ built, plan }) =>
      plan.retries > 0 && [...built.book.tries.values()].some((tries) => tries > 1),
    'a record is dead': ({ built }) => built.dead.length > 0,
    'a record waits at the end': ({ handedOver }) => handedOver.length > 0,
    'a record is through after a release': ({ built, plan }) =>
      plan.retries === 0 && [...built.book.tries.values()].some((tries) => tries > 1),
    'a parked record is given up': ({ summary }) =>
      summary?.stages[1]?.reasons['parked, then skipped'] !== undefined,
    'too many are parked': ({ summary }) => summary?.error?.code === 'ENG_PARK_FULL',
    'a record ends the job': ({ summary }) => summary?.error?.code === 'ENG_RECORD',
    'a record hangs': ({ built }) => built.book.waitsMs.length > 0,
    'an instance is made anew': ({ built }) => built.book.closed.length > 1,
    'the source reads on': ({ built }) => built.sourcesMade() > 1,
    'the restart budget is used up': ({ summary }) => summary?.error?.code === 'ENG_RESTARTS',
    'the pipeline begins anew': ({ summary }) => (summary?.pipelineRestarts ?? 0) > 0,
    'the pipeline begins anew and ends well': ({ summary }) =>
      summary?.state === 'completed' && summary.pipelineRestarts > 0,
    'the pipeline gives up': ({ summary }) => summary?.error?.code === 'ENG_GAVE_UP',
    'the job is aborted': ({ isAborted }) => isAborted,
    'a stop comes before the end': ({ summary, plan }) =>
      summary?.state === 'stopped' && (summary.sources[0]?.sent ?? 0) < plan.readings.length,
    'a mailbox holds one record': ({ plan }) => plan.capacity === 1 && plan.readings.length > 10,
  },
  mode: 'swarm',
  faults: { slowHandler: 0.02, messageDelay: 0.05, timerLate: 0.1, clockJump: 0.1 },
  maxTurns: 20_000,
}

export const pipeline: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
