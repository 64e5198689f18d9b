import { createJob, type JobSpec } from '@millrace/engine'
import { defineStage, type ParameterSchema, toStageFactory } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { collectSink, type CollectSink, valuesSource } from '../ends.ts'
import { injectionOf } from '../injection-of.ts'
import { simulateJob } from './simulate-job.ts'
import type { SimulateOptions } from './simulate-options.ts'

const none: ParameterSchema<object> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value: value as object }),
    jsonSchema: { input: () => ({}) },
  },
}

const counting = defineStage({
  name: 'counting',
  summary: 'Numbers the records of each key.',
  parameters: none,
  create({ state }) {
    const count = state.value<number>('count', { initial: () => 0 })
    return {
      process(record: { readonly key: string }) {
        count.set(count.get() + 1)
        return { ...record, count: count.get() }
      },
    }
  },
})

const records = Array.from({ length: 60 }, (_, index) => ({ key: 'abc'[index % 3], index }))

function pipeline(sink: CollectSink): JobSpec {
  return {
    name: 'keyed',
    sources: [{ id: 'source', factory: valuesSource(records, { batch: 7 }) }],
    stages: [
      {
        id: 'counting',
        factory: toStageFactory(counting, injectionOf(counting, {})),
        inputs: [{ name: 'in', from: [{ id: 'source', output: 'out' }] }],
        by: [
          {
            name: 'key',
            description: 'key',
            read: (record) => (record as { readonly key: string }).key,
          },
        ],
      },
    ],
    sinks: [{ id: 'sink', factory: sink, from: [{ id: 'counting', output: 'out' }] }],
  }
}

async function run(options: SimulateOptions) {
  const sink = collectSink()
  const { summary, simulation } = await simulateJob(
    (runtime) => createJob(pipeline(sink), { runtime }),
    options,
  )
  return { summary, simulation, values: sink.values }
}

it('runs a job of the engine in virtual time, the same for the same seed', async () => {
  const first = await run({ seed: 5 })
  const second = await run({ seed: 5 })

  expect(first.summary.error).toBeUndefined()
  expect(first.values).toHaveLength(60)
  expect(first.values.at(-1)).toEqual({ key: 'c', index: 59, count: 20 })
  expect(second.simulation.hash).toBe(first.simulation.hash)
  expect(second.values).toEqual(first.values)
})

it('gives the same results under every order of turns, slow handlers and late timers', async () => {
  const plain = await run({ seed: 1 })
  const hashes = new Set<number>()
  for (let seed = 1; seed <= 50; seed++) {
    const { values, simulation } = await run({
      seed,
      mode: 'swarm',
      faults: { slowHandler: 0.1, messageDelay: 0.1, timerLate: 0.2, clockJump: 0.2 },
    })
    hashes.add(simulation.hash)
    expect(values).toEqual(plain.values)
  }

  expect(hashes.size).toBeGreaterThan(10)
})

it('fails a job whose cell dies outside the hands of its task, and does not wait for it', async () => {
  const states = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) {
    const { summary } = await run({ seed, faults: { crashInHandler: 0.2 } })
    states.add(`${summary.state} ${summary.error?.code ?? ''}`)
  }

  expect([...states]).toEqual(['failed ENG_INTERNAL'])
})
