import { simulateJob, type SimulateOptions } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { ordersOf, totalsOf } from '../simulation/keyed-pipeline.ts'

const orders = ordersOf(90, 4)

/** The results of the job under a seed, and the hash of the run. */
async function run(options: SimulateOptions): Promise<{ results: unknown; hash: number }> {
  const { summary, simulation } = await simulateJob(
    (runtime) => ({ run: () => totalsOf(runtime, orders) }),
    options,
  )
  return { results: summary, hash: simulation.hash }
}

describe('a YAML pipeline with keyed state in a simulation', () => {
  it('gives its results in virtual time, and the same run for the same seed', async () => {
    const first = await run({ seed: 11 })
    const second = await run({ seed: 11 })

    expect(first.results).toHaveLength(4)
    expect(second).toEqual(first)
  })

  it('gives the same results under every order of turns, slow actors and late timers', async () => {
    const plain = await run({ seed: 1 })
    const hashes = new Set<number>()
    for (let seed = 1; seed <= 60; seed++) {
      const { results, hash } = await run({
        seed,
        mode: 'swarm',
        faults: { slowHandler: 0.05, messageDelay: 0.05, timerLate: 0.1, clockJump: 0.1 },
      })
      hashes.add(hash)
      expect(results).toEqual(plain.results)
    }

    expect(hashes.size).toBeGreaterThan(10)
  })
})
