import { createJob, type EngineJob, type Summary } from '@millrace/engine'
import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { Dice } from '../dice.ts'
import { buildJob, type BuiltJob } from './build.ts'
import { type Expected, expectedOf, type JobPlan, planJob } from './plan.ts'

interface World {
  readonly plan: JobPlan
  readonly built: BuiltJob
  readonly job: EngineJob
  summary: Summary | undefined
}

/** A job of the real engine with batches, mailboxes, retries and delays of all sizes. */
const scenario: Scenario<World> = (simulation) => {
  const plan = planJob(new Dice(simulation))
  const built = buildJob(plan, simulation)
  const job = createJob(built.spec, { runtime: simulation.runtime })
  const world: World = { plan, built, job, summary: undefined }
  void run(world)
  const { end } = plan
  if (end !== undefined) {
    simulation.runtime.timer(end.atMs, () => {
      void (end.how === 'stop' ? job.stop() : job.drain())
    })
  }
  return world
}

async function run(world: World): Promise<void> {
  world.summary = await world.job.run()
}

/** Nothing has two fates, nothing arrives that was not sent. */
function checkProgress({ job }: World): void {
  const { stages, sinks } = job.progress()
  for (const { id, in: received, used, filtered, late, dead, dropped, held } of stages) {
    const known = used + filtered + late + dead + dropped
    if (known > received || held < 0) {
      throw new Error(`stage ${id}: ${received} came in, ${known} have a fate, ${held} are held`)
    }
  }
  for (const { id, received, written, rejected } of sinks) {
    if (written + rejected > received) throw new Error(`sink ${id}: more than ${received} written`)
  }
}

/** Every record has exactly one fate, and each edge brought all of it. */
function checkEnd({ summary, plan }: World): void {
  const { readings, end, isForked } = plan
  if (summary === undefined) throw new Error('The job has not ended.')
  const { state, error, stages, sources, sinks } = summary
  if (state === 'failed') throw new Error('The job has failed.', { cause: error })
  for (const { id, in: received, used, filtered, late, dead, dropped, held } of stages) {
    const known = used + filtered + late + dead + dropped
    if (known !== received || held !== 0) {
      throw new Error(`stage ${id}: ${received} came in, ${known} have a fate, ${held} are held`)
    }
  }
  const edges = [
    stages[0]?.in,
    stages[0]?.sent['out'],
    stages[1]?.in,
    stages[1]?.sent['out'],
    stages[2]?.in,
    stages[2]?.sent['out'],
    sinks.find(({ id }) => id === 'totals')?.written,
  ]
  const { totals, kept, skipped } = expectedBy({ summary, plan })
  const sent = sources[0]?.sent
  if (end === undefined) same('sent', sent, readings.length)
  const fromFilter = kept.length * (isForked ? 2 : 1)
  const good = totals.length
  same('counts', edges, [sent, fromFilter, kept.length, good, good, good, good])
  same('skipped', stages[1]?.filtered, skipped)
}

/** What a plain loop makes of the records that the source sent: all of them, unless the job was stopped. */
function expectedBy({ summary, plan }: Pick<World, 'summary' | 'plan'>): Expected {
  return expectedOf({ ...plan, readings: plan.readings.slice(0, summary?.sources[0]?.sent) })
}

function same(what: string, got: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`)
}

const checks: ExploreOptions<World> = {
  invariants: { 'fates add up': checkProgress },
  always: {
    'all records are accounted for': checkEnd,
    'the totals are those of a plain loop': (world) =>
      same('totals', world.built.totals.values, expectedBy(world).totals),
    'the second sink got what the filter kept': (world) =>
      same('kept', world.built.kept.values, world.plan.isForked ? expectedBy(world).kept : []),
    'the dead letters are those that failed': (world) => {
      const letters = world.built.dead.values as readonly { record: { id: number } }[]
      const ids = letters.map(({ record }) => record.id)
      same('dead letters', ids, expectedBy(world).dead)
    },
  },
  sometimes: {
    'a record is tried again': ({ plan }) =>
      plan.readings.some(({ failures }) => failures > 0 && failures <= plan.retries),
    'a record is dead': ({ built }) => built.dead.values.length > 0,
    'a stop comes before the end': ({ summary, plan }) =>
      (summary?.sources[0]?.sent ?? 0) < plan.readings.length,
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
