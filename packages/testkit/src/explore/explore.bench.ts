import { test } from 'vitest'

import type { Simulation } from '../simulate/simulate.ts'
import { explore } from './explore.ts'

const seeds = 250
const items = 40

/** Forty items, a millisecond apart, through a source, a stage and a sink that crash now and then. */
function threeStages(isAsync: boolean) {
  return (sim: Simulation): number[] => {
    const got: number[] = []
    const sink = sim.spawn<number>({
      id: 'sink',
      restart: 'permanent',
      create: () => ({ receive: (item) => void got.push(item) }),
    })
    const stage = sim.spawn<number>({
      id: 'stage',
      restart: 'permanent',
      create: () => ({
        receive: isAsync
          ? async (item) => {
              await sim.sleep(1 + (item % 5))
              sink.tell(item * 2)
            }
          : (item) => sink.tell(item * 2),
      }),
    })
    const source = sim.spawn<number>({
      id: 'source',
      restart: 'permanent',
      create: () => ({ receive: (item) => stage.tell(item) }),
    })
    for (let item = 0; item < items; item++) sim.runtime.timer(item, () => source.tell(item))
    return got
  }
}

let firstSeed = 1

/** Runs the next seeds; throws if the scenario did not run. */
async function run(isAsync: boolean): Promise<void> {
  const report = await explore(threeStages(isAsync), {
    seeds,
    firstSeed,
    faults: { crashInHandler: 0.01 },
    sometimes: { 'items arrive': (got) => got.length === items },
  })
  report.verify()
  firstSeed += seeds
}

test(`${seeds} seeds of a three-stage scenario`, async ({ bench }) => {
  await bench.compare(
    bench(`${seeds} seeds, synchronous handlers`, () => run(false)),
    bench(`${seeds} seeds, asynchronous handlers`, () => run(true)),
    { time: 2000 },
  )
})
