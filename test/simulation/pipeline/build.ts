import { type JobSpec, type SinkSpec } from '@millrace/engine'
import { defineStage, type Injection, noExpressions, toStageFactory } from '@millrace/sdk'
import { collectSink, type CollectSink, type Simulation, valuesSource } from '@millrace/testkit'

import { z } from 'zod'

import type { JobPlan, Reading } from './plan.ts'

/** A job of the real engine, and where its results go. */
export interface BuiltJob {
  readonly spec: JobSpec
  readonly totals: CollectSink
  readonly kept: CollectSink
  readonly dead: CollectSink
}

const injection: Injection<Record<string, never>> = {
  parameters: {},
  expressions: noExpressions,
  inject: () => {
    throw new Error('There is nothing to inject.')
  },
}

export function buildJob(plan: JobPlan, simulation: Simulation): BuiltJob {
  const [totals, kept, dead] = [collectSink(), collectSink(), collectSink()]
  const { retries, fate, capacity, isForked } = plan
  const from = (id: string) => [{ id, output: 'out' }]
  const second: SinkSpec[] = isForked ? [{ id: 'kept', factory: kept, from: from('filter') }] : []
  const spec: JobSpec = {
    name: 'simulated',
    sources: [
      {
        id: 'source',
        factory: valuesSource(plan.readings, { batch: plan.batches }),
        time: { timestamp: (record) => (record as Reading).id, disorderMs: 0, description: 'id' },
      },
    ],
    stages: [
      { id: 'filter', factory: filter(plan), inputs: [{ name: 'in', from: from('source') }] },
      {
        id: 'flaky',
        factory: flaky(plan, simulation),
        inputs: [{ name: 'in', from: from('filter') }],
        onError: {
          retry: { times: retries, backoff: { minMs: 5, maxMs: 20, jitter: 0.5 } },
          then: fate,
        },
      },
      {
        id: 'total',
        factory: total(),
        inputs: [{ name: 'in', from: from('flaky') }],
        by: [{ name: 'user', description: 'user', read: (record) => (record as Reading).user }],
      },
    ],
    sinks: [{ id: 'totals', factory: totals, from: from('total') }, ...second],
    deadLetter: { id: 'deadLetter', factory: dead, from: [] },
    errors: { atMost: 1, of: 1000 },
    mailbox: { capacity },
  }
  return { spec, totals, kept, dead }
}

function filter({ modulus }: JobPlan) {
  const stage = defineStage({
    name: 'simulated-filter',
    summary: 'Drops multiples.',
    parameters: z.object({}),
    keeps: 'nothing',
    create: () => ({
      process: (reading: Reading) => (reading.value % modulus === 0 ? undefined : reading),
    }),
  })
  return toStageFactory(stage, injection)
}

/** Fails as often as a record says; tries are counted here, outside of the engine. */
function flaky({ workMs }: JobPlan, simulation: Simulation) {
  const tries = new Map<number, number>()
  const work = (reading: Reading): Reading => {
    const count = (tries.get(reading.id) ?? 0) + 1
    tries.set(reading.id, count)
    if (count <= reading.failures) throw new Error(`reading ${reading.id} fails, try ${count}`)
    return reading
  }
  const stage = defineStage({
    name: 'simulated-flaky',
    summary: 'Fails with some records.',
    parameters: z.object({}),
    keeps: 'nothing',
    create: () => ({
      process:
        workMs === 0
          ? work
          : async (reading: Reading) => {
              await simulation.sleep(workMs)
              return work(reading)
            },
    }),
  })
  return toStageFactory(stage, injection)
}

function total() {
  const stage = defineStage({
    name: 'simulated-total',
    summary: 'Adds up by key.',
    parameters: z.object({}),
    keeps: 'state',
    create({ state }) {
      const sum = state.value<number>('sum', { initial: () => 0 })
      return {
        process({ user, value }: Reading) {
          sum.set(sum.get() + value)
          return { user, total: sum.get() }
        },
      }
    },
  })
  return toStageFactory(stage, injection)
}
