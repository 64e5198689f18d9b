import { renderError } from '@millrace/base'
import { defineStage } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { pipeline } from './pipeline.ts'

const readings = [
  { user: 'ann', n: 1 },
  { user: 'bob', n: 2 },
  { user: 'ann', n: 3 },
]
type Reading = (typeof readings)[number]

const sum = defineStage({
  name: 'sum',
  summary: 'Adds up.',
  parameters: z.object({}),
  keeps: 'state',
  create: ({ state }) => {
    const total = state.value<number>('total', { initial: () => 0 })
    return {
      process({ n, user }: Reading) {
        total.set(total.get() + n)
        return `${user} ${total.get()}`
      },
    }
  },
})

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

it('gives each worker its share of the keys', async () => {
  const job = pipeline('sums').input<Reading>().stage(sum, {}, { by: 'user', parallel: 3 }).job()

  expect((await collect(job.run(readings))).map(String).toSorted()).toEqual([
    'ann 1',
    'ann 4',
    'bob 2',
  ])
})

it('runs a function several times at once without keys', async () => {
  const job = pipeline('tens')
    .input<number>()
    .through(async (value) => value * 10, { parallel: { workers: 2, mode: 'unordered' } })
    .job()

  expect((await collect(job.run([1, 2, 3]))).map(String).toSorted()).toEqual(['10', '20', '30'])
})

it('keeps the order of the records unless it is told not to', async () => {
  const job = pipeline('tens')
    .input<number>()
    .through(async (value) => value * 10, { parallel: 2 })
    .job()

  expect(await collect(job.run([1, 2, 3]))).toEqual([10, 20, 30])
})

it('has no order to keep of records that are parked', () => {
  const held = pipeline('tens').input<number>()

  expect(() => held.through((n) => n * 10, { id: 'ten', parallel: 2, onError: 'park' })).toThrow(
    'Stage "ten" cannot be parallel: its results cannot come in the order of its records, as it parks records that fail, which come back in no order.',
  )
})

it('refuses what cannot run several times, and says why', () => {
  const faults = [
    { parallel: 0 },
    { parallel: { workers: 65 } },
    { parallel: { workers: 4, mode: 'unordered', inFlight: 3 } },
    { by: 'user', parallel: { workers: 2, mode: 'unordered' } },
    { parallel: { workers: 2, mode: 'unordered' } },
  ].map((options) => {
    try {
      pipeline('sums')
        .input<Reading>()
        .stage(sum, {}, options as object)
      return 'nothing'
    } catch (error) {
      return renderError(error)
    }
  })

  expect(faults).toMatchInlineSnapshot(`
    [
      "error[JOB_PARALLEL]: Stage "sum" cannot be parallel: workers must be a whole number from 1 to 64; got 0.
      next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
      "error[JOB_PARALLEL]: Stage "sum" cannot be parallel: workers must be a whole number from 1 to 64; got 65.
      next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
      "error[JOB_PARALLEL]: Stage "sum" cannot be parallel: inFlight must be a whole number of at least 4; got 3.
      next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
      "error[JOB_PARALLEL]: Stage "sum" cannot be parallel: with by each record goes to the worker that has its key, so it has no mode and no inFlight.
      next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
      "error[JOB_PARALLEL]: Stage "sum" cannot be parallel: it keeps state and has no by, so each worker would see only a part of the records.
      next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }.",
    ]
  `)
})
