import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JobSpec, OutputRef, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import {
  from,
  job,
  type ListSink,
  listSink,
  listSource,
  stage,
} from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

const runs = { numRuns: 100 }

async function simulate(spec: JobSpec): Promise<Summary> {
  const runtime = createManualRuntime()
  const running = createJob(spec, { runtime })
  return ended(runtime, running.run(), 20)
}

/** Lets time pass until the run is over; says so when it never is. */
async function ended<T>(runtime: ManualRuntime, run: Promise<T>, stepMs: number): Promise<T> {
  const over = { is: false }
  void run.finally(() => (over.is = true))
  for (let step = 0; !over.is; step++) {
    if (step === 100_000) throw new Error(`The job has not ended after ${step * stepMs} ms.`)
    await runtime.elapse(stepMs)
  }
  return run
}

function split(values: readonly number[], sizes: readonly number[]): number[][] {
  const batches: number[][] = []
  for (let start = 0, turn = 0; start < values.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    batches.push(values.slice(start, start + size))
    start += size
  }
  return batches
}

const time = { timestamp: (n: unknown) => n as number, disorderMs: 5, description: 'itself' }

async function outcome(values: readonly number[], sizes: readonly number[]) {
  const sink = listSink('sink', [from('sum')])
  const dead = listSink('dead', [])
  const late = stage('late', 'source', {
    process: (n: number, context) => (n < context.watermark ? context.skip('late') : n),
  })
  const sum = stage(
    'sum',
    'late',
    ({ state }) => {
      const total = state.value<number>('total', { initial: () => 0 })
      return {
        process(n: number, context) {
          total.set(total.get() + n)
          if (n % 7 === 3) return context.reject('THREE', 'No.')
          return [n, total.get(), context.watermark]
        },
        onEnd: (context) => context.emit('end'),
      }
    },
    { by: [{ name: 'p', description: 'p', read: (n) => (n as number) % 2 }] },
  )
  const spec = job({
    sources: [listSource(split(values, sizes), { time })],
    stages: [late, sum],
    sinks: [sink],
    deadLetter: dead,
    errors: { atMost: 1, of: 10 },
  })
  const summary = await simulate(spec)
  return [sink.records, dead.records.map((letter) => (letter as { id: string }).id), summary.stages]
}

it('gives the same results however the input is cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(60), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      async (values, sizes) => {
        expect(await outcome(values, sizes)).toEqual(await outcome(values, [1024]))
      },
    ),
    runs,
  )
})

const shape = fc.record({
  count: fc.integer({ min: 1, max: 200 }),
  capacity: fc.integer({ min: 1, max: 20 }),
  batch: fc.integer({ min: 1, max: 50 }),
  stages: fc.array(
    fc.record({
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom('pass', 'odd', 'twice', 'reject', 'stall', 'batch'),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  stalls: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
})

type Kind = 'pass' | 'odd' | 'twice' | 'reject' | 'stall' | 'batch'

function behaviour(kind: Kind, id: string, refs: readonly OutputRef[]): StageSpec {
  const process = (
    n: number,
    context: { emit(v: unknown): void; reject(c: string, m: string): void },
  ) => {
    if (kind === 'odd') return n % 2 === 1 ? n : undefined
    if (kind === 'twice') context.emit(n)
    if (kind === 'reject' && n % 3 === 0) return context.reject('THREE', 'No.')
    return kind === 'stall' && n % 10 === 0 ? Promise.resolve(n) : n
  }
  const made = stage(id, 'source', {
    process,
    ...(kind === 'batch' && {
      processBatch(records, output) {
        for (let i = 0; i < records.length; i++) if (records.value(i) !== 5) output.pass(i)
      },
    }),
  })
  return { ...made, inputs: [{ name: 'in', from: refs }] }
}

it('conserves records in any graph, and bounds those in flight, however sinks stall', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async ({ count, capacity, batch, stages, stalls }) => {
      const ids = ['source']
      const specs = stages.map(({ reads, kind }, index) => {
        const picks = [...new Set(reads.map((pick) => ids[pick % ids.length] ?? 'source'))]
        ids.push(`s${index}`)
        return behaviour(
          kind,
          `s${index}`,
          picks.map((id) => from(id)),
        )
      })
      const values = Array.from({ length: count }, (_, index) => index)
      const read = new Set(specs.flatMap((spec) => spec.inputs[0]?.from.map((ref) => ref.id) ?? []))
      let runtime = createManualRuntime()
      let most = 0
      let turn = 0
      const sinks: ListSink[] = ids
        .filter((id) => !read.has(id))
        .map((id) =>
          listSink(`sink-${id}`, [from(id)], {
            write(records) {
              most = Math.max(most, records.length)
              const wait = stalls[turn++ % stalls.length] ?? 0
              if (wait === 0) return undefined
              return new Promise((resolve) => void runtime.timer(wait, () => resolve(undefined)))
            },
          }),
        )
      const spec = job({
        sources: [listSource(split(values, [batch]))],
        stages: specs,
        sinks,
        deadLetter: listSink('dead', []),
        mailbox: { capacity },
        errors: { atMost: 1, of: 10 },
      })
      runtime = createManualRuntime()
      const running = createJob(spec, { runtime })
      const summary = await ended(runtime, running.run(), 5)

      expect(summary.state).toBe('completed')
      expect(most).toBeLessThanOrEqual(capacity)
      let dead = 0
      for (const one of summary.stages) {
        expect(one.in).toBe(one.used + one.filtered + one.late + one.dead + one.dropped)
        dead += one.dead
      }
      const received = [
        ...summary.stages.map((one) => one.in),
        ...summary.sinks.slice(0, -1).map((one) => one.received),
      ]
      const readersOfSource = [...specs, ...sinks]
        .flatMap((node) => ('inputs' in node ? (node.inputs[0]?.from ?? []) : node.from))
        .filter((ref) => ref.id === 'source').length
      const sent = summary.stages.reduce(
        (sum, one) => sum + (one.sent['out'] ?? 0),
        count * readersOfSource,
      )
      expect(received.reduce((sum, one) => sum + one, 0)).toBe(sent)
      expect(summary.sinks.at(-1)).toMatchObject({ received: dead, written: dead })
      for (const sink of summary.sinks) expect(sink.received).toBe(sink.written)
    }),
    { numRuns: 60 },
  )
}, 60_000)
