import { defineAggregate } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { aggregate } from './aggregate.ts'

const flights = [
  { origin: 'SFO', delay: 30 },
  { origin: 'JFK', delay: 5 },
  { origin: 'SFO', delay: 10 },
  { origin: 'SFO', delay: null },
]

function timestamp(record: unknown): number {
  return (record as { t: number }).t
}

describe('emit: end', () => {
  it('gives one record per key in first-seen order, with the largest event time of the key', async () => {
    const run = await runStage(aggregate, {
      parameters: {
        aggregate: {
          flights: 'count()',
          known: 'count(delay)',
          mean: 'mean(delay)',
          late: { value: 'count()', where: 'delay > 15' },
        },
      },
      input: flights,
      by: ['origin'],
      timestamp: (_record, index) => [500, 700, 600, 100][index] ?? 0,
      disorderMs: 1000,
    })

    expect(run.output).toEqual([
      { origin: 'SFO', flights: 3, known: 2, mean: 20, late: 1 },
      { origin: 'JFK', flights: 1, known: 1, mean: 5, late: 0 },
    ])
    expect(Object.keys(run.output[0] as object)[0]).toBe('origin')
    expect(run.timestamps['out']).toEqual([600, 700])
    expect(run.counts).toMatchObject({ in: 4, used: 4, filtered: 0, dead: 0 })
  })

  it('gives one record of no records without keys, and none with keys', async () => {
    const parameters = { aggregate: { n: 'count()', mean: 'mean(delay)' } }

    const keyless = await runStage(aggregate, { parameters, input: [] })
    const keyed = await runStage(aggregate, { parameters, input: [], by: ['origin'] })

    expect(keyless.output).toEqual([{ n: 0, mean: null }])
    expect(keyed.output).toEqual([])
  })

  it('tells keys of different types apart and takes null for a key', async () => {
    const run = await runStage(aggregate, {
      parameters: { aggregate: { n: 'count()' } },
      input: [{ k: 1 }, { k: '1' }, {}, { k: null }, { k: 1 }],
      by: ['k'],
    })

    expect(run.output).toEqual([
      { k: 1, n: 2 },
      { k: '1', n: 1 },
      { k: null, n: 2 },
    ])
  })
})

it.each(['end', 'update', { every: '2ms' }])(
  'keeps nothing when the input is over, with emit: %j',
  async (emit) => {
    const { counts, output } = await runStage(aggregate, {
      parameters: { aggregate: { n: 'count()', all: 'list(delay)', sum: 'sum(delay)' }, emit },
      input: flights,
      by: ['origin'],
    })

    expect(output.slice(-2)).toMatchObject([
      { origin: 'SFO', n: 3, all: [30, 10], sum: 40 },
      { origin: 'JFK', n: 1, all: [5], sum: 5 },
    ])
    expect(counts.stateEntries).toEqual({
      progress: 0,
      'value n': 0,
      'value all': 0,
      'value sum': 0,
    })
  },
)

describe('emit: update', () => {
  const parameters = { aggregate: { sum: 'sum(delay)' }, emit: 'update' }

  it('gives one for each record, with its event time, and the last of each key when the input is over', async () => {
    const run = await runStage(aggregate, { parameters, input: flights, by: ['origin'] })

    expect(run.output).toEqual([
      { origin: 'SFO', sum: 30, revision: 0, final: false },
      { origin: 'JFK', sum: 5, revision: 0, final: false },
      { origin: 'SFO', sum: 40, revision: 1, final: false },
      { origin: 'SFO', sum: 40, revision: 2, final: false },
      { origin: 'SFO', sum: 40, revision: 3, final: true },
      { origin: 'JFK', sum: 5, revision: 1, final: true },
    ])
    expect(run.timestamps['out']).toEqual([0, 1, 2, 3, 3, 1])
  })

  it('gives no last result where the job stops before the input is over', async () => {
    const run = await runStage(aggregate, {
      parameters,
      input: flights,
      by: ['origin'],
      stopAfter: 2,
    })

    expect(run.output).toEqual([
      { origin: 'SFO', sum: 30, revision: 0, final: false },
      { origin: 'JFK', sum: 5, revision: 0, final: false },
    ])
  })

  it('gives nothing for no records', async () => {
    const parameters = { aggregate: { n: 'count()' }, emit: 'update' }

    expect((await runStage(aggregate, { parameters, input: [] })).output).toEqual([])
  })
})

describe('emit: every', () => {
  const parameters = { aggregate: { n: 'count()' }, emit: { every: '10s' } }
  const input = [
    { t: 1000, k: 'a' },
    { t: 4000, k: 'b' },
    { t: 9000, k: 'a' },
    { t: 12_000, k: 'a' },
    { t: 13_000, k: 'b' },
    { t: 35_000, k: 'b' },
    { t: 36_000, k: 'c' },
  ]

  it.each([1, 2, 3, 1024])(
    'gives the running values of what changed when event time passes a multiple, the last of each key at the end (batches of %i)',
    async (batch) => {
      const run = await runStage(aggregate, {
        parameters,
        input,
        by: ['k'],
        timestamp,
        batch,
      })

      expect(run.output.map((record, index) => [run.timestamps['out']?.[index], record])).toEqual([
        [9999, { k: 'a', n: 3, revision: 0, final: false }],
        [9999, { k: 'b', n: 1, revision: 0, final: false }],
        [29_999, { k: 'b', n: 3, revision: 1, final: false }],
        [12_000, { k: 'a', n: 3, revision: 1, final: true }],
        [35_000, { k: 'b', n: 3, revision: 2, final: true }],
        [36_000, { k: 'c', n: 1, revision: 0, final: true }],
      ])
    },
  )

  it('gives the results of thousands of keys, in turns, each once', async () => {
    const many = Array.from({ length: 3000 }, (_, k) => ({ t: 1, k }))

    const { output } = await runStage(aggregate, {
      parameters,
      input: [...many, { t: 10_000, k: -1 }],
      by: ['k'],
      timestamp,
    })

    const running = output.filter((result) => !(result as { final: boolean }).final)
    expect(running).toEqual(many.map(({ k }) => ({ k, n: 1, revision: 0, final: false })))
  })

  it('gives the same record by record', async () => {
    const options = { parameters, input, by: ['k'], timestamp, disorderMs: 5000 }

    const batches = await runStage(aggregate, options)
    const single = await runStage(aggregate, { ...options, processBatch: false })

    expect(single.output).toEqual(batches.output)
    expect(single.timestamps).toEqual(batches.timestamps)
  })
})

describe('records that fail', () => {
  it.each([true, false])(
    'change nothing, not even values before the one that failed (batches: %s)',
    async (processBatch) => {
      const run = await runStage(aggregate, {
        parameters: { aggregate: { n: 'count()', sum: 'sum(x)', top: 'max(y)' } },
        input: [
          { k: 'a', x: 1, y: 1 },
          { k: 'new', x: 'text', y: 2 },
          { k: 'a', x: 2, y: [1] },
          { k: 'a', x: 3, y: 3 },
        ],
        by: ['k'],
        processBatch,
      })

      expect(run.output).toEqual([{ k: 'a', n: 2, sum: 4, top: 3 }])
      expect(run.rejected.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        'AGG_NOT_A_NUMBER: sum(x) takes numbers; got "text".',
        'AGG_NOT_A_NUMBER: max(y) takes numbers; got a list.',
      ])
      expect(run.counts).toMatchObject({ in: 4, used: 2, dead: 2 })
    },
  )
})

describe('functions of others', () => {
  const product = defineAggregate({
    name: 'product',
    summary: 'All multiplied.',
    arguments: 1,
    takes: 'numbers',
    constants: [{ name: 'start', default: 1 }],
    create: ([start]) => ({ product: start as number }),
    add(accumulator, value) {
      accumulator.product *= value as number
    },
    merge: (a, b) => ({ product: a.product * b.product }),
    result: ({ product }) => product,
  })
  const expressions = { env: {}, functions: [], aggregates: [product] }

  it('are found by name and get their constants, with defaults', async () => {
    const run = await runStage(aggregate, {
      parameters: { aggregate: { p: 'product(x)', q: 'product(x, 10)' } },
      input: [{ x: 2 }, { x: 3 }, { x: null }],
      expressions,
    })

    expect(run.output).toEqual([{ p: 6, q: 60 }])
  })

  it('replace ours of the same name', async () => {
    const constant = { ...product, name: 'sum', result: () => 'theirs' }

    const run = await runStage(aggregate, {
      parameters: { aggregate: { s: 'sum(x)' } },
      input: [{ x: 2 }],
      expressions: { ...expressions, aggregates: [constant] },
    })

    expect(run.output).toEqual([{ s: 'theirs' }])
  })

  it('are named in the hint for an unknown name, and checked at create at the latest', async () => {
    await expect(
      runStage(aggregate, {
        parameters: { aggregate: { p: 'produkt(x)' } },
        input: [],
        expressions,
      }),
    ).rejects.toMatchObject({
      code: 'TST_PARAMETERS',
      message: 'Parameters of "aggregate" at aggregate.p: Unknown aggregate function "produkt".',
      hint: 'Did you mean "product"? Known are: product, count, sum, min, max, mean, stddev, quantile, distinct, first, last, topK, list.',
    })
  })

  it('fail their record, not the stage, when a function in the argument throws', async () => {
    const oops = {
      kind: 'function' as const,
      name: 'oops',
      summary: 'Throws.',
      arguments: ['x'],
      call(): never {
        throw new Error('no luck')
      },
    }

    const run = await runStage(aggregate, {
      parameters: { aggregate: { n: 'count()', s: 'sum(oops(x))' } },
      input: [{ x: 1 }],
      expressions: { env: {}, functions: [oops], aggregates: [] },
    })

    expect(run.output).toEqual([{ n: 0, s: 0 }])
    expect(run.rejected).toHaveLength(1)
    expect(run.rejected[0]?.message).toContain('no luck')
  })
})
