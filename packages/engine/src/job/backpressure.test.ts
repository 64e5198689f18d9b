import { createManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JobSpec, OutputRef, SinkSpec, SourceSpec, StageSpec } from '../plan/job-spec.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const BATCH_MAX = 1024
const CAPACITY = 4096

type Kind = 'pass' | 'twice' | 'sides' | 'batch'

interface Reader {
  /** Which outputs it reads, as numbers among those that stand before it. */
  readonly reads: readonly number[]
  /** Every how manieth record (a sink: batch) waits until the test lets it go; 0: none does. */
  readonly stallEvery: number
}

interface Shape {
  readonly sources: readonly { readonly count: number; readonly batch: number }[]
  readonly stages: readonly (Reader & { readonly kind: Kind; readonly batch?: number })[]
  readonly sinks: readonly Reader[]
  readonly capacity: number | undefined
  /** Which of those that wait goes on next. */
  readonly order: readonly number[]
}

/** What every reader of a job must see: counted apart from the engine, record by record. */
class Ledger {
  readonly capacity: number
  readonly held: (() => void)[] = []
  /** What should not have happened. Kept, as a throw in a handler would only fail its record. */
  readonly faults: string[] = []
  readonly #made = new Map<string, number>()
  readonly #readers = new Map<string, string[]>()
  readonly #taken = new Map<string, number>()
  readonly #done = new Map<string, number>()
  #stalls = 60

  constructor(capacity: number) {
    this.capacity = capacity
  }

  join(output: string, reader: string): void {
    this.#readers.set(output, [...(this.#readers.get(output) ?? []), reader])
  }

  /** A new record of `output`, whose writer may have sent the readers `own` records more than their mailboxes hold. */
  make(output: string, own: number): object {
    const n = bump(this.#made, output)
    this.checkRoom(output, own)
    return { output, n }
  }

  /** Every reader of `output` has at most what its mailbox holds and `own` more. */
  checkRoom(output: string, own: number): void {
    const made = this.#made.get(output) ?? 0
    for (const reader of this.#readers.get(output) ?? []) {
      const open = made - (this.#done.get(`${output}>${reader}`) ?? 0)
      const most = this.capacity + own
      this.check(open <= most, `${output}>${reader}: ${open} records open, ${most} allowed`)
    }
  }

  take(reader: string, record: unknown): void {
    const { output, n } = record as { output: string; n: number }
    const due = bump(this.#taken, `${output}>${reader}`)
    this.check(n === due, `${output}>${reader}: record ${n} came when ${due} was due`)
  }

  done(reader: string, record: unknown): void {
    bump(this.#done, `${(record as { output: string }).output}>${reader}`)
  }

  /** True for the records that shall wait; at most 60 in a run, so that it ends soon. */
  stalls(every: number, count: number): boolean {
    return every > 0 && count % every === 0 && this.#stalls-- > 0
  }

  hold(then: () => unknown): Promise<unknown> {
    return new Promise((resolve) => void this.held.push(() => resolve(then())))
  }

  checkAllArrived(): void {
    for (const [output, readers] of this.#readers) {
      const made = this.#made.get(output) ?? 0
      for (const reader of readers) {
        const edge = `${output}>${reader}`
        const arrived = [this.#taken.get(edge) ?? 0, this.#done.get(edge) ?? 0]
        this.check(
          arrived.every((count) => count === made),
          `${edge}: ${arrived.join(' and ')} of ${made}`,
        )
      }
    }
  }

  check(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault)
  }
}

function bump(counts: Map<string, number>, name: string): number {
  const count = counts.get(name) ?? 0
  counts.set(name, count + 1)
  return count
}

function source(ledger: Ledger, id: string, count: number, batch: number): SourceSpec {
  const output = `${id}.out`
  function* batches(): Generator<unknown[]> {
    for (let start = 0; start < count; start += batch) {
      // Asked for more: everything made before is with its readers, within their bounds.
      ledger.checkRoom(output, 0)
      const size = Math.min(batch, count - start)
      yield Array.from({ length: size }, () => ledger.make(output, batch))
    }
  }
  return listSource(batches() as unknown as unknown[][], { id })
}

function worker(ledger: Ledger, id: string, part: Shape['stages'][number]): StageSpec {
  const { batch, kind, stallEvery } = part
  const most = Math.min(BATCH_MAX, ledger.capacity, batch ?? BATCH_MAX)
  const own = kind === 'twice' ? 2 * most : most
  let count = 0
  const made = stage(
    id,
    '',
    ({ outputs }) => {
      const results = (record: unknown): object | undefined => {
        ledger.done(id, record)
        const side = count++ % 2 === 1
        if (kind === 'twice') outputs['out']?.emit(ledger.make(`${id}.out`, own))
        if (kind !== 'sides' || side) return ledger.make(`${id}.out`, own)
        outputs['side']?.emit(ledger.make(`${id}.side`, own))
        return undefined
      }
      return {
        process(record: object) {
          ledger.take(id, record)
          if (!ledger.stalls(stallEvery, count)) return results(record)
          return ledger.hold(() => results(record))
        },
        ...(kind === 'batch' && {
          processBatch(records, output) {
            ledger.checkRoom(`${id}.out`, 0)
            ledger.check(records.length <= most, `${id}: a batch of ${records.length}`)
            for (let index = 0; index < records.length; index++) {
              ledger.take(id, records.value(index))
              output.emit(index, results(records.value(index)))
            }
          },
        }),
      }
    },
    { batch, traits: { outputs: { out: 'Results.', side: 'Every other one.' } } },
  )
  return made
}

function sink(ledger: Ledger, id: string, refs: readonly OutputRef[], every: number): SinkSpec {
  let count = 0
  return listSink(id, refs, {
    write(batch) {
      const most = Math.min(BATCH_MAX, ledger.capacity)
      ledger.check(batch.length <= most, `${id}: a batch of ${batch.length}`)
      const records = Array.from({ length: batch.length }, (_, index) => batch.value(index))
      for (const record of records) ledger.take(id, record)
      const finish = (): void => records.forEach((record) => ledger.done(id, record))
      if (ledger.stalls(every, count++)) return ledger.hold(finish) as Promise<void>
      return finish()
    },
  })
}

/** The job of a shape. Whatever no stage reads goes to a sink of its own. */
function build(shape: Shape, ledger: Ledger): JobSpec {
  const outputs: OutputRef[] = []
  const read = new Set<string>()
  const pick = (id: string, reads: readonly number[]): OutputRef[] => {
    const refs = new Set(reads.map((n) => outputs[n % outputs.length] as OutputRef))
    for (const ref of refs) {
      read.add(`${ref.id}.${ref.output}`)
      ledger.join(`${ref.id}.${ref.output}`, id)
    }
    return [...refs]
  }
  const sources = shape.sources.map(({ batch, count }, index) => {
    outputs.push(from(`source${index}`))
    return source(ledger, `source${index}`, count, batch)
  })
  const stages = shape.stages.map((part, index) => {
    const id = `s${index}`
    const inputs = [{ name: 'in', from: pick(id, part.reads) }]
    outputs.push(from(id), ...(part.kind === 'sides' ? [from(id, 'side')] : []))
    return { ...worker(ledger, id, part), inputs }
  })
  const unread = outputs.flatMap(({ id, output }, index) =>
    read.has(`${id}.${output}`) ? [] : [{ reads: [index], stallEvery: index % 3 }],
  )
  const sinks = [...shape.sinks, ...unread].map(({ reads, stallEvery }, index) =>
    sink(ledger, `sink${index}`, pick(`sink${index}`, reads), stallEvery),
  )
  return job({ sources, stages, sinks, mailbox: { capacity: shape.capacity } })
}

/** Runs the job, letting one held record or batch go at a time; returns all that went wrong. */
async function faultsOf(shape: Shape): Promise<readonly string[]> {
  const ledger = new Ledger(shape.capacity ?? CAPACITY)
  const runtime = createManualRuntime()
  const running = createJob(build(shape, ledger), { runtime })
  const run = running.run()
  await runtime.settle()
  for (let turn = 0; ledger.held.length > 0; turn++) {
    const next = (shape.order[turn % shape.order.length] as number) % ledger.held.length
    for (const release of ledger.held.splice(next, 1)) release()
    await runtime.settle()
  }
  const { state } = running.progress()
  if (state === 'running')
    return [...ledger.faults, 'nothing is held back, but the job stands still']
  const { error } = await run
  ledger.checkAllArrived()
  return error === undefined ? ledger.faults : [...ledger.faults, error.message]
}

const reader = {
  reads: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  stallEvery: fc.nat(7),
}
const shapes: fc.Arbitrary<Shape> = fc.record({
  sources: fc.array(fc.record({ count: fc.nat(80), batch: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
  stages: fc.array(
    fc.record(
      {
        ...reader,
        kind: fc.constantFrom<Kind[]>('pass', 'twice', 'sides', 'batch'),
        batch: fc.integer({ min: 1, max: 10 }),
      },
      { requiredKeys: ['reads', 'stallEvery', 'kind'] },
    ),
    { maxLength: 5 },
  ),
  sinks: fc.array(fc.record(reader), { maxLength: 2 }),
  capacity: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(64, undefined)),
  order: fc.array(fc.nat(10), { minLength: 1, maxLength: 8 }),
})

it('holds every writer back, whatever stalls, and gives each reader everything in order', async () => {
  const law = fc.asyncProperty(shapes, async (shape) => {
    expect(await faultsOf(shape)).toEqual([])
  })
  await fc.assert(law, { numRuns: 150 })
}, 60_000)

const pass = { kind: 'pass', stallEvery: 0 } as const

it.each<[string, Omit<Shape, 'order'>]>([
  [
    'a chain',
    {
      sources: [{ count: 12_000, batch: 1024 }],
      stages: [
        { ...pass, reads: [0] },
        { ...pass, reads: [1], stallEvery: 400 },
      ],
      sinks: [],
      capacity: undefined,
    },
  ],
  [
    'a diamond with a stalled branch',
    {
      sources: [{ count: 60, batch: 7 }],
      stages: [
        { ...pass, reads: [0], stallEvery: 1 },
        { ...pass, reads: [0] },
        { ...pass, reads: [1, 2] },
      ],
      sinks: [],
      capacity: 3,
    },
  ],
  [
    'a merge of two sources and three readers of one output',
    {
      sources: [
        { count: 50, batch: 20 },
        { count: 50, batch: 1 },
      ],
      stages: [{ ...pass, reads: [0, 1] }],
      sinks: [
        { reads: [2], stallEvery: 1 },
        { reads: [2], stallEvery: 5 },
        { reads: [0, 2], stallEvery: 0 },
      ],
      capacity: 4,
    },
  ],
])('holds the writers of %s back', async (_name, shape) => {
  expect(await faultsOf({ ...shape, order: [0, 3, 1] })).toEqual([])
})
