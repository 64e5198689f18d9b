import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Job, loadSpec } from '@millrace/job'
import { simulateJob, type SimulateOptions } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { folder } from './command.ts'

const cwd = folder({})
const file = join(cwd, 'job.yaml')
writeFileSync(
  file,
  `pipeline:
  name: totals
  stages:
    - filter: amount > 10
    - module: aggregate
      by: user
      parameters: { aggregate: { orders: count(), spent: sum(amount) } }
`,
)

const orders = Array.from({ length: 90 }, (_, index) => ({
  user: `user-${index % 4}`,
  amount: (index * 7) % 50,
}))

async function collect(results: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const result of results) all.push(result)
  return all
}

/** Loaded once; each run makes a job of its own. */
const loaded = await loadSpec({ file, endpoints: 'optional' })

/** The results of the job under a seed, and the hash of the run. */
async function run(options: SimulateOptions): Promise<{ results: unknown; hash: number }> {
  const { spec } = loaded
  if (spec === undefined) throw new Error('The job file is wrong.')
  const { summary, simulation } = await simulateJob((runtime) => {
    const job = new Job({ spec, runtime, dispose: () => Promise.resolve() })
    return { run: () => collect(job.run(orders)) }
  }, options)
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
