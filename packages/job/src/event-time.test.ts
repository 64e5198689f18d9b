import { isMillraceError } from '@millrace/base'
import { nodeRuntime } from '@millrace/engine/host'
import { type Batch, defineSink, defineSource, defineStage } from '@millrace/sdk'
import window from '@millrace/window'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { iterableSource } from './iterable-source.ts'
import { pipeline } from './pipeline.ts'

interface View {
  readonly at: number
  readonly page: string
}

const counts = { tumbling: '1m', aggregate: { n: 'count()' } }
const views: readonly View[] = [
  { at: 1000, page: 'a' },
  { at: 70_000, page: 'a' },
  { at: 59_000, page: 'b' },
  { at: 200_000, page: 'a' },
  { at: 5000, page: 'b' },
]

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error)
  }
}

/** A source over values, as a plugin would declare it. */
const values = defineSource({
  name: 'values',
  summary: 'Values.',
  parameters: z.object({ values: z.array(z.any()) }),
  main: 'values',
  replay: 'none',
  ends: true,
  create: (scope) => iterableSource(scope.parameters.values, nodeRuntime).create(scope),
})

describe('event time of a job built in code', () => {
  it('stands in a field, or a function says it', async () => {
    const byField = pipeline('views')
      .input<View>({ time: { field: 'at', disorderMs: 20_000 } })
      .stage(window, counts, { by: 'page' })
      .job()
    const byFunction = pipeline('views')
      .input<View>({ time: { timestamp: ({ at }) => at, disorderMs: 20_000 } })
      .stage(window, counts, { by: 'page' })
      .job()

    const results = await collect(byField.run(views))

    expect(results).toEqual([
      { page: 'a', windowStart: 0, windowEnd: 60_000, n: 1 },
      { page: 'b', windowStart: 0, windowEnd: 60_000, n: 1 },
      { page: 'a', windowStart: 60_000, windowEnd: 120_000, n: 1 },
      { page: 'a', windowStart: 180_000, windowEnd: 240_000, n: 1 },
    ])
    expect(await collect(byFunction.run(views))).toEqual(results)
  })

  it('goes with a source, and late records go to a sink of their own', async () => {
    const late: unknown[] = []
    const keep = defineSink({
      name: 'keep',
      summary: 'Keeps what it gets.',
      parameters: z.object({}),
      guarantee: 'None.',
      create: () => ({
        write(batch: Batch) {
          for (let index = 0; index < batch.length; index++) late.push(batch.value(index))
        },
      }),
    })
    const job = pipeline('views')
      .from(values, { values: views }, { time: { field: 'at', disorderMs: 20_000 } })
      .stage(window, counts, { by: 'page' })
      .send('late', keep, {})
      .job()

    expect(await collect(job.run())).toHaveLength(4)
    expect(late).toMatchObject([{ record: { at: 5000 }, lateBy: 120_000 }])
  })

  it('is asked for by what works by it, and says where it stands once', () => {
    const flow = pipeline('views').input<View>()

    expect(codeOf(() => flow.stage(window, counts))).toBe('JOB_NO_TIME')
    expect(codeOf(() => pipeline('v').from(values, { values: [] }).stage(window, counts))).toBe(
      'JOB_NO_TIME',
    )
    expect(codeOf(() => pipeline('v').input({ time: 'arrival' }).stage(window, counts))).toBe(
      'nothing',
    )
    expect(codeOf(() => pipeline('v').input({ time: { disorderMs: 0 } }))).toBe('JOB_TIME')
    expect(codeOf(() => flow.send('late', { ...values, kind: 'sink' } as never, {}))).toBe(
      'JOB_OUTPUT',
    )
  })
})

describe('flows that are read together', () => {
  const pairs = defineStage({
    name: 'pairs',
    summary: 'Says of each record whence it came.',
    parameters: z.object({}),
    inputs: ['left', 'right'],
    keeps: 'nothing',
    create: () => ({
      on: {
        left: (left: unknown, { key }) => ({ left, key }),
        right: (right: unknown, { key }) => ({ right, key }),
      },
    }),
  })

  it('feed the inputs of one stage, each with a key of its own', async () => {
    const shop = pipeline('shop')
    const orders = shop.from(values, { values: [{ id: 1 }] }, { id: 'orders' })
    const payments = shop
      .from(values, { values: [{ order: 1 }, { order: 2 }] }, { id: 'payments' })
      .filter((payment) => (payment as { order: number }).order === 1)
    const job = shop
      .together({ left: orders, right: payments })
      .stage(pairs, {}, { by: { left: 'id', right: 'order' } })
      .job()

    const results = await collect(job.run())

    expect(results).toHaveLength(2)
    expect(results).toEqual(
      expect.arrayContaining([
        { left: { id: 1 }, key: { id: 1 } },
        { right: { order: 1 }, key: { id: 1 } },
      ]),
    )
  })

  it('may part and meet again: what they share stands in the job once', async () => {
    const shop = pipeline('shop')
    const all = shop.from(values, { values: [1, 2, 3] })
    const job = shop
      .together({
        left: all.filter((value) => value !== 2, { id: 'odd' }),
        right: all.filter((value) => value === 2, { id: 'even' }),
      })
      .stage(pairs, {})
      .job()

    expect((await collect(job.run())).map((pair) => Object.keys(pair as object)[0])).toEqual(
      ['left', 'right', 'left'].toSorted(),
    )
  })

  it('must be of one pipeline, with sources and ids of their own, and fit the stage', () => {
    const shop = pipeline('shop')
    const one = shop.from(values, { values: [] })
    const other = shop.from(values, { values: [] }, { id: 'other' })
    const foreign = pipeline('foreign').from(values, { values: [] }, { id: 'foreign' })

    expect(codeOf(() => shop.together({ left: one }))).toBe('JOB_TOGETHER')
    expect(codeOf(() => shop.together({ left: one, right: foreign }))).toBe('JOB_TOGETHER')
    expect(codeOf(() => shop.together({ left: one, right: shop.input() }))).toBe('JOB_TOGETHER')
    expect(
      codeOf(() => shop.together({ left: one, right: shop.from(values, { values: [] }) })),
    ).toBe('JOB_TOGETHER')
    expect(codeOf(() => shop.together({ a: one, b: other }).stage(pairs, {}))).toBe('JOB_TOGETHER')
    expect(codeOf(() => shop.together({ left: one, right: other }).stage(pairs, {}))).toBe(
      'nothing',
    )
  })
})
