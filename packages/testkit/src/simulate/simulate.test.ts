import type { ActorRef } from '@millrace/core'
import { expect, it } from 'vitest'
import { type Simulation, simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'

/** Forty items through three actors; returns what arrives. */
export function threeStages(sim: Simulation): number[] {
  const out: number[] = []
  const sink = sim.spawn<number>({
    id: 'sink',
    restart: 'permanent',
    create: () => ({ receive: (item) => void out.push(item) }),
  })
  const map = sim.spawn<number>({
    id: 'map',
    restart: 'permanent',
    create: () => ({ receive: (item) => sink.tell(item * 2) }),
  })
  const source = sim.spawn<number>({
    id: 'source',
    create: () => ({ receive: (item) => map.tell(item) }),
  })
  for (let item = 0; item < 40; item++) sim.runtime.timer(item, () => source.tell(item))
  return out
}

async function run(options: SimulateOptions): Promise<{ hash: number; out: number[] }> {
  const sim = simulate(options)
  const out = threeStages(sim)
  await sim.runUntilIdle()
  return { hash: sim.hash, out }
}

it('is the same for the same seed and another for another', async () => {
  const faults = { crashInHandler: 0.05 }
  const first = await run({ seed: 7, faults })
  const second = await run({ seed: 7, faults })
  const other = await run({ seed: 8, faults })

  expect(second).toEqual(first)
  expect(other.hash).not.toBe(first.hash)
})

it('runs the real core', async () => {
  const { out } = await run({ seed: 1 })

  expect(out).toEqual(Array.from({ length: 40 }, (_, item) => item * 2))
})

it('repeats recorded choices, also with another seed for the rest', async () => {
  const sim = simulate({ seed: 3, faults: { crashInHandler: 0.1, slowHandler: 0.1 } })
  const out = threeStages(sim)
  await sim.runUntilIdle()

  const again = sim.replay(sim.choices)
  const outAgain = threeStages(again)
  await again.runUntilIdle()

  expect(outAgain).toEqual(out)
  expect(again.hash).toBe(sim.hash)
  expect(again.trace).toEqual(sim.trace)
})

it('steps one turn at a time', async () => {
  const sim = simulate()
  const seen: number[] = []
  const actor: ActorRef<number> = sim.spawn<number>({
    id: 'a',
    create: () => ({ receive: (item) => void seen.push(item) }),
  })
  actor.tell(1)
  actor.tell(2)

  expect([await sim.step(), [...seen]]).toEqual([true, []])
  expect([await sim.step(), [...seen]]).toEqual([true, [1]])
  expect([await sim.step(), [...seen]]).toEqual([true, [1, 2]])
  expect(await sim.step()).toBe(false)
})
