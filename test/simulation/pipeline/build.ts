import { defineError, type ErrorOf } from '@millrace/base'
import type { ErrorPolicy, JobSpec, SinkSpec, SourceSpec } from '@millrace/engine'
import {
  defineStage,
  type SinkFactory,
  type SourceFactory,
  type StageFactory,
  toStageFactory,
} from '@millrace/sdk'
import type { Simulation } from '@millrace/testkit'

import { z } from 'zod'

import { codes } from './expected.ts'
import { flaky, type FlakyBook } from './flaky.ts'
import { noInjection } from './no-injection.ts'
import { type JobPlan, type Reading, TIMEOUT_MS } from './plan.ts'

/** A job of the real engine, and where its results go. */
export interface BuiltJob {
  readonly spec: JobSpec
  readonly totals: readonly unknown[]
  readonly kept: readonly unknown[]
  readonly dead: readonly unknown[]
  readonly book: FlakyBook
  /** How often the source was made. */
  readonly sourcesMade: () => number
}

/** What ends the job at once, whatever its budget. */
const TEST_POISON: ErrorOf<Record<string, never>> = defineError({
  code: 'TEST_POISON',
  message: () => 'The source ends the job.',
  hint: () => 'It is part of the scenario.',
})
const FOR_EVER_MS = 1e12
const backoff = { minMs: 5, maxMs: 20, jitter: 0.5 }
const from = (id: string) => [{ id, output: 'out' }]

export function buildJob(plan: JobPlan, simulation: Simulation): BuiltJob {
  const [totals, kept, dead] = [output(), output(), output()]
  const book: FlakyBook = { tries: new Map(), through: new Set(), closed: [], waitsMs: [] }
  const source = sourceOf(plan)
  const by = [
    { name: 'user', description: 'user', read: (record: unknown) => (record as Reading).user },
  ]
  const second: SinkSpec[] = plan.isForked
    ? [{ id: 'kept', factory: kept.factory, from: from('filter') }]
    : []
  const spec: JobSpec = {
    name: 'simulated',
    sources: [source.spec],
    stages: [
      { id: 'filter', factory: filter(plan), inputs: [{ name: 'in', from: from('source') }] },
      {
        id: 'flaky',
        factory: flaky(plan, simulation, book),
        inputs: [{ name: 'in', from: from('filter') }],
        by,
        batch: plan.batch,
        timeoutMs: TIMEOUT_MS,
        restart: { backoff },
        onError: policyOf(plan),
      },
      { id: 'total', factory: total(), inputs: [{ name: 'in', from: from('flaky') }], by },
    ],
    sinks: [{ id: 'totals', factory: totals.factory, from: from('total') }, ...second],
    deadLetter: { id: 'deadLetter', factory: dead.factory, from: [] },
    errors: { atMost: 1, of: 1000 },
    restart: { intensity: plan.intensity, periodMs: FOR_EVER_MS, onEscalate: escalation(plan) },
    mailbox: { capacity: plan.capacity },
  }
  return {
    spec,
    totals: totals.values,
    kept: kept.values,
    dead: dead.values,
    book,
    sourcesMade: source.made,
  }
}

/** A sink that keeps what it gets until the pipeline begins anew. */
function output(): { readonly factory: SinkFactory; readonly values: readonly unknown[] } {
  const values: unknown[] = []
  const factory: SinkFactory = {
    traits: { name: 'simulated-output', guarantee: 'Keeps everything.', replaces: true },
    create() {
      values.length = 0
      return {
        write(batch) {
          for (let index = 0; index < batch.length; index++) values.push(batch.value(index))
        },
      }
    },
    dispose: () => undefined,
  }
  return { factory, values }
}

function escalation({ beginsAnew }: JobPlan): NonNullable<JobSpec['restart']>['onEscalate'] {
  if (beginsAnew === undefined) return 'fail'
  return { restart: { intensity: beginsAnew, periodMs: FOR_EVER_MS, backoff } }
}

function policyOf({ fate, parkMost, retries, rejectsAreFinal }: JobPlan): ErrorPolicy {
  const then = fate === 'park' ? { park: { most: parkMost } } : fate
  if (retries === 0) return then
  const notOn = rejectsAreFinal ? { notOn: [codes.reject] } : {}
  return { retry: { times: retries, backoff, ...notOn }, then }
}

/** The readings in batches; where it breaks down, its next instance reads on. */
function sourceOf(plan: JobPlan): { readonly spec: SourceSpec; readonly made: () => number } {
  const { batches, poison = Infinity, readings, readFails } = plan
  const broken = new Set<number>()
  let made = 0
  function* read(_partition: string, position: unknown) {
    let start = Number(position ?? 0)
    for (let count = 0; start < readings.length; count++) {
      if (readFails.includes(start) && !broken.has(start)) {
        broken.add(start)
        throw new Error('the line is cut')
      }
      if (start >= poison) throw TEST_POISON({})
      const end = start + (batches[count % batches.length] ?? 1)
      const values = readings.slice(start, Math.min(end, poison))
      start += values.length
      yield { values, position: start }
    }
  }
  const factory: SourceFactory = {
    traits: { name: 'readings', ends: true, replay: 'position' },
    create() {
      made++
      return { read }
    },
    dispose: () => undefined,
  }
  const timestamp = (record: unknown): number => (record as Reading).id
  const spec: SourceSpec = {
    id: 'source',
    factory,
    time: { timestamp, disorderMs: 0, description: 'id' },
    restart: { backoff },
  }
  return { spec, made: () => made }
}

function filter({ modulus, takesBatches }: JobPlan): StageFactory {
  const drops = ({ value }: Reading): boolean => value % modulus === 0
  const stage = defineStage({
    name: 'simulated-filter',
    summary: 'Drops multiples.',
    parameters: z.object({}),
    keeps: 'nothing',
    create: () => ({
      process: (reading: Reading) => (drops(reading) ? undefined : reading),
      ...(takesBatches
        ? {
            processBatch(batch, output) {
              for (let index = 0; index < batch.length; index++) {
                const reading = batch.value(index) as Reading
                if (!drops(reading)) output.pass(index)
                if (reading.failures > 0 && reading.trouble === 'throw')
                  throw new Error('the fast path fails')
              }
            },
          }
        : {}),
    }),
  })
  return toStageFactory(stage, noInjection)
}

function total(): StageFactory {
  const stage = defineStage({
    name: 'simulated-total',
    summary: 'Adds up by key.',
    parameters: z.object({}),
    keeps: 'state',
    create({ state }) {
      const sum = state.value<number>('sum', { initial: () => 0 })
      return {
        process({ id, user, value, serial }: Reading & { readonly serial: number }) {
          sum.set(sum.get() + value)
          return { id, user, total: sum.get(), serial }
        },
      }
    },
  })
  return toStageFactory(stage, noInjection)
}
