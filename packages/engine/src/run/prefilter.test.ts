import { createManualRuntime } from '@millrace/core'
import type { FieldTest, Prefilter, ReadOptions, SourceBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, listSource, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, SourceSpec } from '../plan/job-spec.ts'

interface Visit {
  /** NaN: it has no time. */
  readonly at: number
  /** Even ones get through; 7: nobody can tell. */
  readonly size: number
}

/** Wants even sizes; of 7 it cannot tell. */
const tests: readonly FieldTest[] = [7, 0, 2, 4, 6, 8].map((value, at, { length }) => ({
  field: 'size',
  operator: '==',
  value,
  yes: value === 7 ? 'unsure' : 'wanted',
  no: at === length - 1 ? 'unwanted' : at + 1,
}))

/** What the tests say of a record; undefined: nothing. */
function told({ at, size }: Visit, prefilter: Prefilter | undefined): boolean | undefined {
  const { time } = prefilter?.told ?? {}
  const isTimed = time === undefined || (at >= time.from && at <= time.to)
  if (prefilter?.told === undefined || !isTimed || size === 7) return undefined
  if (size % 2 === 0) prefilter.admitted?.(time === undefined ? Infinity : at)
  else prefilter.leftOut?.(time === undefined ? Infinity : at)
  return size % 2 === 0
}

/** Batches of records, of which it leaves out those that nobody wants, if it is told to ask, or to go by tests first. */
function siftingSource(
  batches: readonly (readonly Visit[])[],
  asks: boolean | 'tests',
  more: Partial<SourceSpec> = {},
): SourceSpec {
  const source = listSource([], more)
  const glimpse = { at: 0, size: 0 }
  const create = () => ({
    *read(_partition: string, _position: unknown, { prefilter }: ReadOptions) {
      let offset = 0
      for (const records of batches) {
        const values: Visit[] = []
        const offsets: number[] = []
        for (const record of records) {
          Object.assign(glimpse, record)
          const isWanted = asks === 'tests' ? told(record, prefilter) : undefined
          if (isWanted ?? (asks === false || prefilter?.admits(glimpse) !== false)) {
            values.push(record)
            offsets.push(offset)
          }
          offset++
        }
        const leftOut = records.length - values.length
        const batch: SourceBatch = { values, offsets, position: offset }
        yield asks !== false && prefilter !== undefined ? { ...batch, leftOut } : batch
      }
    },
  })
  return { ...source, prefilterReads: ['at', 'size'], factory: { ...source.factory, create } }
}

function passes({ size }: Visit): boolean {
  if (size === 7) throw new Error('Nobody can tell of seven.')
  return size % 2 === 0
}

/** What comes out of a filter, with the watermarks in front, what the job counts, and its dead letters. */
async function run(source: SourceSpec, more: Partial<JobSpec> = {}) {
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('watch')])
  const dead = listSink('dead', [])
  const small = stage('small', 'source', {
    prefilter: { reason: 'odd', tests, admits: (record) => passes(record as Visit) },
    process(record: Visit, context) {
      if (passes(record)) return record
      context.skip('odd')
      return undefined
    },
    processBatch(batch, output) {
      for (let index = 0; index < batch.length; index++) {
        if (passes(batch.value(index) as Visit)) output.pass(index)
        else output.skip(index, 'odd')
      }
    },
  })
  const watch = stage('watch', 'small', {
    process: (record: Visit, { timestamp, watermark }) => [record, timestamp, watermark],
  })
  const spec = job({
    sources: [source],
    stages: [small, watch],
    sinks: [sink],
    deadLetter: dead,
    ...more,
  })
  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  const { error, sources, stages } = await ended
  return { code: error?.code, records: sink.records, dead: dead.records, sources, stages }
}

const time = {
  number: { field: 'at', factor: 1, divisor: 1 },
  notBefore: 1,
  timestamp: (record: unknown) => (record as Visit).at,
  disorderMs: 3,
  description: 'field "at"',
}
const visits = fc.record({
  at: fc.oneof({ weight: 9, arbitrary: fc.nat(100) }, fc.constant(Number.NaN)),
  size: fc.nat(9),
})
const batches = fc.array(fc.array(visits, { maxLength: 9 }), { maxLength: 6 })

it('a source that leaves out what its reader filters changes nothing but the work', async () => {
  const errors = { atMost: 1, of: 1000 }
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.boolean(),
      fc.constantFrom(true, 'tests' as const),
      async (...made) => {
        const [list, hasTime, asks] = made
        const more = hasTime ? { time } : {}
        const asked = await run(siftingSource(list, asks, more), { errors })

        expect(asked).toEqual(await run(siftingSource(list, false, more), { errors }))
      },
    ),
    { numRuns: 200 },
  )
})

it('records that are left out count where the share of failures is judged', async () => {
  const some = Array.from({ length: 12 }, (_, at) => ({ at, size: at % 3 === 0 ? 7 : 1 }))
  const errors = { atMost: 0.5, of: 4 }

  const { code, stages } = await run(siftingSource([some], true), { errors })

  expect(code).toBeUndefined()
  expect(stages[0]).toMatchObject({ in: 12, filtered: 8, dead: 4, reasons: { odd: 8 } })
})

it('nothing is left out where somebody else reads the source, or the clock has a say', async () => {
  const records = [[{ at: 1, size: 1 }]]
  const other = listSink('other', [from('source')])
  const idle = { ...time, idleMs: 10 }

  await run(siftingSource(records, true), { sinks: [other] })
  const { stages } = await run(siftingSource(records, true, { time: idle }))

  expect(other.records).toEqual([{ at: 1, size: 1 }])
  expect(stages[0]).toMatchObject({ in: 1, filtered: 1 })
})
