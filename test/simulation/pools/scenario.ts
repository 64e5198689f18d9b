import { createPool, type Pool, type Route } from '@millrace/core'
import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { checkAccount, checkEmpty } from '../account.ts'
import { Dice } from '../dice.ts'
import { Depot } from './depot.ts'
import type { Parcel } from './parcel.ts'

interface World {
  readonly depot: Depot
  isStopped: boolean
}

const REST_MS = 20_000

const routes: readonly Route<Parcel>[] = [
  'roundRobin',
  'random',
  'smallestMailbox',
  'broadcast',
  { hash: ({ key }) => key },
]

/** A pool of any route and size whose routees crash, while it is resized, used and stopped. */
const scenario: Scenario<World> = async (simulation) => {
  const dice = new Dice(simulation)
  const { system, runtime } = simulation
  const route = dice.pick(routes)
  const redeliver = dice.pick([0, 1])
  const isBroadcast = route === 'broadcast'
  const depot = new Depot(simulation, {
    redeliver,
    isBroadcast,
    isHashed: typeof route === 'object',
  })
  const world: World = { depot, isStopped: false }
  const capacity = dice.pick([undefined, undefined, 1, 3])
  const mailbox =
    capacity === undefined
      ? {}
      : { mailbox: { capacity, overflow: dice.pick(['dropOldest', 'dropNewest'] as const) } }
  const made = createPool<Parcel>(system, {
    id: 'pool',
    route,
    size: dice.number(1, 4),
    intensity: dice.pick([10_000, 10_000, 3, 0]),
    routee: { redeliver, ...mailbox, create: (context) => depot.routee(context) },
  })
  await simulation.runUntilIdle()
  const pool = await made
  let lastMs = 0
  for (let count = dice.number(0, 20); count > 0; count--) {
    lastMs += dice.pick([0, 0, 1, 5, 30])
    runtime.timer(lastMs, () => {
      act(dice, depot, pool)
    })
  }
  runtime.timer(lastMs + REST_MS, () => {
    depot.verifyRest()
    depot.isOver = true
    void system.stop().finally(() => {
      world.isStopped = true
    })
  })
  return world
}

function act(dice: Dice, depot: Depot, pool: Pool<Parcel>): void {
  const kind = dice.pick(['send', 'send', 'send', 'send', 'resize', 'stop'] as const)
  if (kind === 'resize') void pool.resize(dice.number(1, 5)).catch(() => {})
  if (kind === 'stop' && dice.once(5)) {
    depot.isOver = true
    void pool.stop()
  }
  if (kind !== 'send') return
  for (let left = dice.number(1, 6); left > 0; left--) {
    const way = dice.pick(['tell', 'tell', 'ask', 'offer'] as const)
    const errand = dice.pick(['work', 'work', 'slowly', 'crash', 'crashOnce'] as const)
    depot.send(pool, way, `${dice.number(0, 4)}`, errand)
  }
}

const checks: ExploreOptions<World> = {
  invariants: {
    'the laws of pools': ({ depot }) => depot.verify(),
    'all messages are accounted for': (_world, simulation) => checkAccount(simulation),
  },
  always: {
    'the system has stopped': ({ isStopped }) => isStopped,
    'no message is left': (_world, simulation) => checkEmpty(simulation),
    'every parcel has its fates': ({ depot }) => depot.verifyRest(),
  },
  sometimes: {
    'a routee restarts': ({ depot }) => depot.restarts > 0,
    'a parcel is dropped': ({ depot }) => depot.parcels.some(({ dropped }) => dropped > 0),
    'a parcel comes again': ({ depot }) =>
      depot.parcels.some(({ failures, handled }) => failures > 0 && handled > 0),
  },
  // A routee that is taken out is looked at every 5 ms.
  mode: 'swarm',
  maxTurns: 20_000,
}

export const pools: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
