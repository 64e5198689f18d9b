import { createManualRuntime } from '@millrace/core'
import {
  createJob,
  type JobSpec,
  type KeyPart,
  type SinkSpec,
  type StageSpec,
} from '@millrace/engine'
import type { Batch, RecordContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Letter } from './letter-batch.ts'
import { replaySpec } from './replay-spec.ts'

interface Thing {
  readonly n: number
  readonly k: number
}

/** What stages refuse now, and what came out. */
interface World {
  readonly refuses: (place: string, n: number) => boolean
  readonly results: Thing[]
  parked: readonly Letter[]
}

const by: KeyPart[] = [{ name: 'k', description: 'k', read: (thing) => (thing as Thing).k }]

function stage(id: string, from: string, isSlow: boolean, world: World): StageSpec {
  const process = (thing: Thing, context: RecordContext) => {
    if (world.refuses(id, thing.n)) return context.reject('BAD', 'No.')
    return isSlow && thing.n % 2 === 0 ? Promise.resolve(thing) : thing
  }
  const outputs = { out: 'All.' }
  return {
    id,
    by,
    inputs: [{ name: 'in', from: [{ id: from, output: 'out' }] }],
    onError: 'park',
    factory: {
      traits: { name: id, inputs: ['in'], outputs, keeps: 'nothing', absorbs: false },
      create: () => ({ process }),
      dispose() {},
    },
  }
}

function sink(from: string, world: World): SinkSpec {
  const write = (batch: Batch): void => {
    for (let index = 0; index < batch.length; index++) {
      world.results.push(batch.value(index) as Thing)
    }
  }
  const traits = { name: 'list', guarantee: 'None.' }
  return {
    id: 'sink',
    from: [{ id: from, output: 'out' }],
    factory: { traits, create: () => ({ write }), dispose() {} },
  }
}

async function run(spec: JobSpec, world: World): Promise<void> {
  const runtime = createManualRuntime()
  const onParked = (records: readonly Letter[]): void => {
    world.parked = JSON.parse(JSON.stringify(records)) as Letter[]
  }
  world.parked = []
  const running = createJob(spec, { runtime, onParked })
  const ended = running.run()
  for (let step = 0; step < 2000 && running.progress().state !== 'completed'; step++) {
    await runtime.elapse(20)
  }
  expect((await ended).state).toBe('completed')
}

it('gives each key its records in order, however often they are parked and released', async () => {
  const faults = fc.array(fc.record({ place: fc.constantFrom('a', 'b', 'c'), n: fc.nat(60) }), {
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(faults, { minLength: 1, maxLength: 3 }),
      fc.record({ capacity: fc.integer({ min: 1, max: 16 }), isSlow: fc.boolean() }),
      async (count, keys, rounds, { capacity, isSlow }) => {
        let round = 0
        const world: World = {
          refuses: (place, n) =>
            rounds[round]?.some((fault) => fault.place === place && fault.n === n) === true,
          results: [],
          parked: [],
        }
        const values = Array.from({ length: count }, (_, n) => ({ n, k: n % keys }))
        const spec: JobSpec = {
          name: 'random',
          sources: [
            {
              id: 'source',
              factory: {
                traits: { name: 'list', ends: true, replay: 'none' },
                create: () => ({ read: () => [{ values }] }),
                dispose() {},
              },
            },
          ],
          stages: [
            stage('a', 'source', isSlow, world),
            stage('b', 'a', false, world),
            stage('c', 'b', isSlow, world),
          ],
          sinks: [sink('c', world)],
          mailbox: { capacity },
        }

        await run(spec, world)
        for (round = 1; world.parked.length > 0; round++) {
          await run(replaySpec(spec, world.parked).spec, world)
        }

        for (let key = 0; key < keys; key++) {
          const own = (things: readonly Thing[]) => things.filter(({ k }) => k === key)
          expect(own(world.results)).toEqual(own(values))
        }
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)
