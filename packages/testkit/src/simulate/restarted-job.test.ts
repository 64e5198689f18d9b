import { createJob, type JobSpec } from '@millrace/engine'
import type { SinkFactory, SourceFactory, StageFactory } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { simulateJob } from './simulate-job.ts'
import type { SimulateOptions } from './simulate-options.ts'

const numbers: SourceFactory = {
  traits: { name: 'numbers', ends: true, replay: 'position' },
  create: () => ({
    *read(_partition, position) {
      for (let n = (position as number | undefined) ?? 0; n < 60; n += 4) {
        yield { values: [n, n + 1, n + 2, n + 3], position: n + 4 }
      }
    },
  }),
  dispose: () => undefined,
}

const sums: StageFactory = {
  traits: {
    name: 'sums',
    inputs: ['in'],
    outputs: { out: 'Sums.' },
    keeps: 'state',
    absorbs: false,
  },
  create({ state }) {
    const sum = state.value<number>('sum', { initial: () => 0 })
    return {
      process(n: number) {
        sum.set(sum.get() + n)
        return sum.get()
      },
    }
  },
  dispose: () => undefined,
}

async function run(options: SimulateOptions) {
  let output: readonly unknown[] | undefined
  const sink: SinkFactory = {
    traits: { name: 'replacing', guarantee: 'Whole.', replaces: true },
    create() {
      let written: unknown[] = []
      return {
        write(batch) {
          for (let index = 0; index < batch.length; index++) written.push(batch.value(index))
        },
        commit: () => void (output = written),
        abort: () => void (written = []),
      }
    },
    dispose: () => undefined,
  }
  const spec: JobSpec = {
    name: 'anew',
    sources: [{ id: 'source', factory: numbers }],
    stages: [
      {
        id: 'sums',
        factory: sums,
        inputs: [{ name: 'in', from: [{ id: 'source', output: 'out' }] }],
      },
    ],
    sinks: [{ id: 'sink', factory: sink, from: [{ id: 'sums', output: 'out' }] }],
    restart: {
      intensity: 3,
      periodMs: 60_000,
      onEscalate: { restart: { intensity: 3, periodMs: 86_400_000 } },
    },
  }
  const { summary, simulation } = await simulateJob(
    (runtime) => createJob(spec, { runtime }),
    options,
  )
  return { summary, output, hash: simulation.hash }
}

it('gives the whole output or none, whichever actors of a job die, as often as they do', async () => {
  const plain = await run({ seed: 1 })
  const seen = new Set<string>()
  for (let seed = 1; seed <= 150; seed++) {
    const faults = {
      crashInHandler: 0.01,
      crashInStop: 0.05,
      slowHandler: 0.05,
      messageDelay: 0.05,
    }
    const { output, summary } = await run({ seed, mode: 'swarm', faults })
    seen.add(`${summary.state} ${summary.pipelineRestarts}`)
    const isWhole = summary.state === 'completed'
    expect(output, `seed ${seed}`).toEqual(isWhole ? plain.output : undefined)
    const { sources, stages } = isWhole ? summary : plain.summary
    expect({ sources, stages }, `seed ${seed}`).toEqual({
      sources: plain.summary.sources,
      stages: plain.summary.stages,
    })
  }

  expect(plain.output).toHaveLength(60)
  expect([...seen].toSorted()).toEqual([
    'completed 0',
    'completed 1',
    'completed 2',
    'completed 3',
    'failed 3',
  ])
}, 60_000)

it('is the same for the same seed', async () => {
  const options: SimulateOptions = { seed: 7, faults: { crashInHandler: 0.02, slowHandler: 0.1 } }

  const [first, second] = [await run(options), await run(options)]

  expect(second.hash).toBe(first.hash)
  expect(second.summary).toEqual(first.summary)
})
