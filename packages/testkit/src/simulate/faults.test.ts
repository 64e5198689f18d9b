import { messageOf } from '@millrace/base'
import type { ActorRef } from '@millrace/core'
import { describe, expect, it } from 'vitest'
import { buggify } from './buggify.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import { type Simulation, simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'

interface Scene {
  readonly sim: Simulation
  readonly got: { readonly item: number; readonly atMs: number }[]
  readonly crashes: string[]
  readonly source: ActorRef<number>
}

/** A source that hands ten items to a target, once a millisecond each. */
function scene(options: SimulateOptions): Scene {
  const sim = simulate(options)
  const got: Scene['got'] = []
  const crashes: string[] = []
  const target = sim.spawn<number>({
    id: 'target',
    restart: 'permanent',
    mailbox: { capacity: 8, overflow: 'dropNewest' },
    create: () => ({ receive: (item) => void got.push({ item, atMs: sim.elapsedMs }) }),
  })
  const source = sim.spawn<number>({
    id: 'source',
    restart: 'permanent',
    create: () => ({ receive: (item) => target.tell(item) }),
  })
  sim.system.events.on('restarted', ({ cause }) => crashes.push(messageOf(cause)))
  sim.system.events.on('stopped', ({ cause }) => {
    if (cause !== undefined) crashes.push(messageOf(cause))
  })
  for (let item = 1; item <= 10; item++) sim.runtime.timer(item, () => source.tell(item))
  return { sim, got, crashes, source }
}

/** The same with one kind of fault that always strikes where it can. */
async function struck(kind: FaultKind, odds = 1, seed = 1): Promise<Scene> {
  const made = scene({ seed, faults: { [kind]: odds } })
  await made.sim.runUntilIdle()
  return made
}

const items = ({ got }: Scene): number[] => got.map(({ item }) => item)
const allItems = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

it('strikes nobody without faults', async () => {
  const made = scene({})
  await made.sim.runUntilIdle()

  expect(items(made)).toEqual(allItems)
  expect(made.got.at(-1)?.atMs).toBe(10)
  expect(made.sim.faultCounts).toEqual({})
})

describe('each kind of fault happens', () => {
  it.each(['crashInHandler', 'crashInFactory', 'crashBeforeEffect', 'crashAfterEffect'] as const)(
    '%s crashes the actor, which its supervisor sees',
    async (kind) => {
      const { crashes, sim } = await struck(kind)

      expect(crashes[0]).toContain(`fail: ${kind}.`)
      expect(sim.faultCounts[kind]).toBeGreaterThan(0)
    },
  )

  it('crashBeforeEffect keeps the message back, crashAfterEffect does not', async () => {
    expect(items(await struck('crashBeforeEffect'))).toEqual([])
    expect(items(await struck('crashAfterEffect'))).toEqual([1, 2, 3, 4])
  })

  it('crashInHandler strikes before the handler or after it', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map((seed) => struck('crashInHandler', 0.3, seed)))
    const details = runs.map((run) => items(run).length)

    expect(Math.min(...details)).toBeLessThan(10)
  })

  it('crashInStop makes a stop end with a cause', async () => {
    const made = scene({ faults: { crashInStop: 1 } })
    await made.sim.runUntilIdle()

    void made.sim.system.stop()
    await made.sim.runUntilIdle()

    expect(made.crashes[0]).toContain('fail: crashInStop.')
  })

  it('killInDrain ends an actor in the middle of its stop', async () => {
    const made = scene({ faults: { killInDrain: 1 } })
    await made.sim.runUntilIdle()
    let isStopped = false

    void made.sim.system.stop().then(() => (isStopped = true))
    await made.sim.runUntilIdle()

    expect(isStopped).toBe(true)
    expect(made.sim.faultCounts.killInDrain).toBe(2)
  })

  it('slowHandler holds the mailbox back for virtual time', async () => {
    const made = await struck('slowHandler')

    expect(made.got.at(-1)?.atMs).toBeGreaterThan(100)
  })

  it('neverSettles leaves an actor with its first message', async () => {
    const made = await struck('neverSettles')

    expect(items(made)).toEqual([1])
  })

  it('mailboxFull makes a bound that an actor declares smaller', async () => {
    const overflows: number[] = []
    for (let seed = 1; seed <= 8; seed++) {
      const made = scene({ faults: { mailboxFull: 1 }, seed })
      let count = 0
      made.sim.system.events.on('overflow', () => count++)
      made.sim.pause('target')
      await made.sim.runUntilIdle()
      overflows.push(count)
    }

    // Ten messages meet a bound of 1 to 8.
    expect(Math.min(...overflows)).toBe(2)
    expect(Math.max(...overflows)).toBeGreaterThan(5)
  })

  it('messageLoss, messageDuplicate and messageDelay do what they say', async () => {
    expect(items(await struck('messageLoss'))).toEqual([])
    expect(items(await struck('messageDuplicate')).toSorted((a, b) => a - b)).toEqual(
      allItems.flatMap((item) => [item, item]),
    )
    const delayed = await struck('messageDelay')
    expect(items(delayed)).toEqual(allItems)
    expect(delayed.got.at(-1)?.atMs).toBeGreaterThan(10)
  })

  it('messageDelay alone keeps the order of a pair, messageReorder does not', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(items(await struck('messageDelay', 0.5, seed))).toEqual(allItems)
    }
    const reordered = items(await struck('messageReorder'))

    expect(reordered).not.toEqual(allItems)
    expect(reordered.toSorted((a, b) => a - b)).toEqual(allItems)
  })

  it('timerLate lets timers ring late, never early', async () => {
    const made = await struck('timerLate')

    expect(made.got.at(-1)?.atMs).toBeGreaterThan(10)
    expect(made.got.every(({ item, atMs }) => atMs > item)).toBe(true)
  })

  it('clockJump moves the wall clock and not the other one', async () => {
    const { sim } = await struck('clockJump')

    expect(sim.runtime.now()).not.toBe(10)
    expect(sim.runtime.monotonic()).toBe(10)
  })

  it('storeWriteFails tells a store to fail', () => {
    expect(simulate({ faults: { storeWriteFails: 1 } }).storeWriteFails()).toBe(true)
    expect(simulate({}).storeWriteFails()).toBe(false)
  })

  it('buggify is a fault of the scenario by name', () => {
    const sim = simulate({ seed: 2 })
    const draws = Array.from({ length: 200 }, () => sim.buggify('small buffer', 0.5))

    expect(draws.filter(Boolean).length).toBeGreaterThan(70)
    expect(sim.buggify('never', 0)).toBe(false)
  })
})

it('buggify in the code of an actor strikes in simulations only', async () => {
  const sim = simulate({ seed: 2 })
  let strikes = 0
  const actor = sim.spawn<number>({
    id: 'a',
    create: () => ({
      async receive() {
        if (buggify('early', 0.5)) strikes++
        await sim.sleep(1)
        if (buggify('late', 0.5)) strikes++
      },
    }),
  })
  for (let item = 0; item < 100; item++) actor.tell(item)
  await sim.runUntilIdle()

  expect(strikes).toBeGreaterThan(70)
  expect(strikes).toBeLessThan(130)
  expect(sim.trace.filter(({ detail }) => detail === 'buggify early').length).toBeGreaterThan(20)
  expect(buggify('early', 1)).toBe(false)
})

it('a swarm leaves out about half of the kinds, others by another seed', async () => {
  const kinds = new Set<string>()
  for (let seed = 1; seed <= 40; seed++) {
    const made = scene({ seed, mode: 'swarm', faults: 'all' })
    await made.sim.runUntilIdle()
    const struckKinds = Object.keys(made.sim.faultCounts)
    for (const kind of struckKinds) kinds.add(kind)
    expect(struckKinds.length).toBeLessThan(faultKinds.length)
  }

  expect(kinds.size).toBeGreaterThan(5)
})

it('spares whom it is told to', async () => {
  const made = scene({
    faults: { crashInHandler: 1 },
    faultsIn: (path) => path !== 'sim/target' && path !== 'sim/source',
  })
  await made.sim.runUntilIdle()

  expect(items(made)).toEqual(allItems)
})

it('stops all faults when told to', async () => {
  const made = scene({ faults: { messageLoss: 1 } })
  await made.sim.runFor(5)
  made.sim.stopFaults()
  await made.sim.runUntilIdle()

  expect(items(made)).toEqual([6, 7, 8, 9, 10])
})

it('strikes batches, and what an actor became, as it strikes receive', async () => {
  const sim = simulate({ faults: { crashInHandler: 1 }, seed: 2 })
  const crashed: string[] = []
  sim.system.events.on('stopped', ({ path }) => crashed.push(path))
  const batching = sim.spawn<number>({
    id: 'batching',
    mailbox: { batch: 4 },
    create: () => ({ receive: () => undefined, receiveBatch: () => undefined }),
  })
  const changed = sim.spawn<number>({
    id: 'changed',
    create(context) {
      context.become({ receive: () => undefined })
      return { receive: () => undefined }
    },
  })
  batching.tell(1)
  batching.tell(2)
  changed.tell(1)
  await sim.runUntilIdle()

  expect(crashed.toSorted()).toEqual(['sim/batching', 'sim/changed'])
})
