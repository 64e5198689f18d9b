import type { RecordContext, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { diskChanges } from './changes-on-disk.test-support.ts'
import {
  deadSink,
  type Disk,
  diskCheckpoints,
  diskSink,
  fates,
  lives,
  newDisk,
  type Process,
  refs,
  type Row,
  rows,
  rowsSource,
  sorted,
  wait,
} from './lives.test-support.ts'

const kinds = [
  'pass',
  'odd',
  'twice',
  'reject',
  'stall',
  'batch',
  'retry',
  'park',
  'totals',
  'two',
] as const
type Kind = (typeof kinds)[number]

interface Shape {
  readonly sources: readonly (readonly (readonly Row[])[])[]
  readonly together: boolean
  /** Where partitions are read one after the other: of the first source. */
  readonly limit: number | undefined
  readonly stages: readonly { readonly kind: Kind; readonly reads: readonly number[] }[]
  readonly size: number
  readonly everyMs: number
  readonly keepsChanges: boolean
  readonly capacity: number
}

/** Sums each key and tells at the end. */
function totals({ state }: StageScope) {
  const sum = state.value<number>('sum', { initial: () => 0 })
  return {
    process: ({ n }: Row) => sum.set(sum.get() + n),
    onEnd(context: { emit(value: unknown): void }) {
      for (const [key, n] of sum.entries()) context.emit({ key, n, t: 0 })
    },
  }
}

function behaviour(process: Process, kind: Kind, id: string, reads: readonly string[]): StageSpec {
  let tries = 0
  const run = (row: Row, context: RecordContext) => {
    const { n } = row
    if (kind === 'odd') return n % 2 === 1 ? row : undefined
    if (kind === 'twice') context.emit(row)
    if (kind === 'reject' && n % 3 === 0) return context.reject('THREE', 'No.')
    if (kind === 'retry' && tries++ % 3 === 0) return context.reject('AGAIN', 'Not yet.')
    if (kind === 'park' && n % 5 === 4) return context.reject('WAIT', 'Not now.')
    return kind === 'stall' && n % 4 === 0 ? wait(process, n).then(() => row) : row
  }
  const instance = {
    process: run,
    ...(kind === 'batch' && {
      processBatch(
        records: { length: number; value(i: number): unknown },
        output: { pass(i: number): void },
      ) {
        for (let i = 0; i < records.length; i++) {
          if ((records.value(i) as Row).n !== 5) output.pass(i)
        }
      },
    }),
  }
  const backoff = { minMs: 1, maxMs: 1, factor: 1, jitter: 0 }
  const made = stage(id, '', kind === 'totals' ? totals : instance, {
    ...(kind === 'totals' && { by: [keyPart('key')], traits: { absorbs: true } }),
    // Each content is a key of its own: what waits then does not depend on the order in which inputs met.
    ...(kind === 'park' && {
      onError: 'park' as const,
      by: [{ name: 'row', description: 'row', read: (row: unknown) => JSON.stringify(row) }],
    }),
    ...(kind === 'retry' && { onError: { retry: { times: 5, backoff }, then: 'fail' as const } }),
  })
  if (kind !== 'two') return { ...made, inputs: [{ name: 'in', from: refs(reads) }] }
  const on = { left: (row: Row) => row, right: (row: Row) => row }
  const inputs = [
    { name: 'left', from: refs(reads.slice(0, 1)) },
    { name: 'right', from: refs(reads.slice(-1)) },
  ]
  return { ...stage(id, '', { on }, { traits: { inputs: ['left', 'right'] } }), inputs }
}

const build =
  (shape: Shape) =>
  (process: Process): JobSpec => {
    const ids = shape.sources.map((_, index) => `source${index}`)
    const sources = shape.sources.map((partitions, index) => {
      const source = rowsSource(process, `source${index}`, partitions, shape.size)
      if (!shape.together) return index === 0 ? { ...source, limit: shape.limit } : source
      const traits = { ...source.factory.traits, reads: 'together' as const }
      return { ...source, factory: { ...source.factory, traits } }
    })
    const read = new Set<string>()
    const stages = shape.stages.map(({ kind, reads }, index) => {
      const picks = [...new Set(reads.map((pick) => ids[pick % ids.length] as string))]
      for (const id of picks) read.add(id)
      ids.push(`stage${index}`)
      return behaviour(process, kind, `stage${index}`, picks)
    })
    const sinks = ids
      .filter((id) => !read.has(id))
      .map((id) => diskSink(process, `sink-${id}`, refs([id])))
    const restart = { intensity: 100, backoff: { minMs: 3, maxMs: 3, factor: 1, jitter: 0 } }
    return job({
      sources,
      stages,
      sinks,
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      mailbox: { capacity: shape.capacity },
      restart: { intensity: 0, periodMs: 60_000, onEscalate: { restart } },
      checkpoint: shape.keepsChanges
        ? diskChanges(process, shape.everyMs)
        : diskCheckpoints(process, shape.everyMs),
    })
  }

/** What a job shows and counts, without what depends on how its inputs met. */
function shown({ checkpoint, sinks }: Disk, summary: Summary) {
  const parked = Object.values(checkpoint?.stages ?? {}).flatMap((one) => one.parked)
  return {
    sinks: Object.entries(sinks).map(([id, { visible }]) => {
      const values = visible.map((value) =>
        id === 'dead' ? (value as { record: Row }).record : value,
      )
      return [id, sorted(values)]
    }),
    parked: sorted(parked.map(({ value }) => value)),
    byCode: summary.deadLettersByCode,
    sources: summary.sources,
    stages: summary.stages,
    counts: summary.sinks,
  }
}

const shapes = fc.record<Shape>({
  sources: fc.array(fc.array(rows, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  together: fc.boolean(),
  limit: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  stages: fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  keepsChanges: fc.boolean(),
  capacity: fc.constantFrom(1, 3, 4096),
})
const faults = fc.array(fc.integer({ min: -1, max: 20 }), { maxLength: 6 })

it('is the undisturbed run in any graph, however often it is killed, stopped or begun anew', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fates, faults, async (shape, script, throws) => {
      const quiet = newDisk()
      const undisturbed = await lives(quiet, build(shape), [])

      const disk = newDisk()
      const last = await lives(disk, build(shape), script, throws)

      expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
    }),
    { numRuns: 100 },
  )
}, 60_000)
