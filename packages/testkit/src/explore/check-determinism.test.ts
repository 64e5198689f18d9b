import { expect, it } from 'vitest'
import type { Simulation } from '../simulate/simulate.ts'
import { checkDeterminism } from './check-determinism.ts'

function chain(items: () => number) {
  return (sim: Simulation): void => {
    const sink = sim.spawn<number>({ id: 'sink', create: () => ({ receive: () => undefined }) })
    const map = sim.spawn<number>({
      id: 'map',
      restart: 'permanent',
      create: () => ({
        async receive(item) {
          await sim.sleep(sim.runtime.random() * 10)
          sink.tell(item)
        },
      }),
    })
    const count = items()
    for (let item = 0; item < count; item++) map.tell(item)
  }
}

it('accepts a scenario that depends on its seed alone', async () => {
  await expect(
    checkDeterminism(
      chain(() => 5),
      20,
      { faults: 'all', mode: 'swarm' },
    ),
  ).resolves.toBeUndefined()
})

it('names the first event of a scenario that does not', async () => {
  let runs = 0

  await expect(
    checkDeterminism(
      chain(() => ++runs),
      [3],
    ),
  ).rejects.toThrow('Seed 3 gave two different runs; the first event that differs:')
})
