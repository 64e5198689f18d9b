import type { ActorRef } from '@millrace/core'
import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { checkAccount, checkEmpty } from '../account.ts'
import { Dice } from '../dice.ts'
import { Books, type Desk, outside } from './books.ts'
import { correspondentSpec, type Office, send } from './correspondent.ts'
import type { Mail } from './letter.ts'

interface World {
  readonly books: Books
  isStopped: boolean
}

// Every ask has timed out by then.
const REST_MS = 5000

/** Actors with mailboxes of all kinds that write, ask, offer, forward, stash, watch, crash and end. */
const scenario: Scenario<World> = (simulation) => {
  const dice = new Dice(simulation)
  const { system, runtime } = simulation
  const supervisor = system.supervise({ id: 'post', strategy: 'dynamic', intensity: 10_000 })
  const desks: Desk[] = []
  for (let number = dice.number(0, 3); number >= 0; number--) {
    desks.push({
      number: desks.length,
      path: `${system.name}/post/${desks.length}`,
      capacity: dice.pick([Infinity, 1, 2, 3, 5]),
      overflow: dice.pick(['dropOldest', 'dropNewest', 'fail']),
      isRanked: dice.once(4),
      batch: dice.pick([1, 1, 2, 3]),
      redeliver: dice.pick([0, 0, 1, 2]),
    })
  }
  const refs: ActorRef<Mail>[] = []
  const books = new Books(simulation, desks)
  const office: Office = { simulation, dice, books, desks, refs }
  const world: World = { books, isStopped: false }
  for (const desk of desks) {
    const restart = dice.pick(['permanent', 'transient', 'temporary'] as const)
    void supervisor.start(correspondentSpec(office, desk, restart))
  }
  let lastMs = 1
  for (let count = dice.number(0, 20); count > 0; count--) {
    lastMs += dice.pick([0, 0, 1, 5, 50])
    runtime.timer(lastMs, () => {
      if (dice.once(30)) void refs[dice.number(0, refs.length - 1)]?.stop()
      const to = dice.number(0, desks.length - 1)
      for (let left = dice.number(1, 4); left > 0; left--) send(office, outside, to, 1)
    })
  }
  runtime.timer(lastMs + REST_MS, () => {
    books.verifyRest(false)
    void system.stop().finally(() => {
      world.isStopped = true
    })
  })
  return world
}

const checks: ExploreOptions<World> = {
  invariants: {
    'the laws of messages': ({ books }) => books.verify(),
    'all messages are accounted for': (_world, simulation) => checkAccount(simulation),
  },
  always: {
    'the system has stopped': ({ isStopped }) => isStopped,
    'no message is left': (_world, simulation) => checkEmpty(simulation),
    'every letter has a fate': ({ books }) => {
      books.verifyRest(true)
      books.verify()
    },
    // A turn for each message sent, and some for starts, ends and restarts.
    'nobody spins': ({ books }, simulation) =>
      simulation.turns <= 3 * simulation.system.messages().sent + 20 + 4 * books.letters.length,
  },
  sometimes: {
    'a letter is dropped': ({ books }) => books.dropped > 0,
    'a letter is dead': ({ books }) => books.dead > 0,
    'a letter comes again': ({ books }) =>
      books.letters.some(({ attempts, fate }) => attempts > 0 && fate === 'handled'),
    'an end is told': ({ books }) => books.watches.some(({ notices }) => notices > 0),
    'five offers wait for one mailbox': ({ books }) => books.offersMost >= 5,
    'an offer comes to nothing': ({ books }) =>
      books.letters.some(({ way, fate }) => way === 'offer' && fate === 'returned'),
  },
  mode: 'swarm',
  maxTurns: 20_000,
}

export const messaging: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
