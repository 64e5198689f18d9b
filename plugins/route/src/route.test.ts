import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { route } from './route.ts'

const routes = { high: 'delay > 60', mild: 'delay > 15' }
const input = [{ delay: 90 }, { delay: 20 }, { delay: 1 }]

it('sends each record, untouched, to the first route whose condition is true', async () => {
  const run = await runStage(route, { parameters: { routes, else: true }, input })

  expect(run.outputs).toEqual({
    high: [{ delay: 90 }],
    mild: [{ delay: 20 }],
    else: [{ delay: 1 }],
  })
  expect(run.output).toBe(run.outputs['high'])
  expect(run.outputs['mild']?.[0]).toBe(input[1])
  expect(run.counts).toMatchObject({ in: 3, used: 3, filtered: 0 })
})

it('sends each record to every route whose condition is true with match: all', async () => {
  const run = await runStage(route, { parameters: { routes, match: 'all', else: 'rest' }, input })

  expect(run.outputs).toEqual({
    high: [{ delay: 90 }],
    mild: [{ delay: 90 }, { delay: 20 }],
    rest: [{ delay: 1 }],
  })
  expect(run.counts).toMatchObject({ in: 3, used: 3 })
})

it('filters what matches no route where there is no else', async () => {
  const run = await runStage(route, { parameters: { routes }, input })

  expect(run.reasons).toEqual({ 'no route': 1 })
  expect(run.counts).toMatchObject({ in: 3, used: 2, filtered: 1 })
})

it.each([true, false])(
  'withdraws what a record emitted before a condition failed (batches: %s)',
  async (processBatch) => {
    const run = await runStage(route, {
      parameters: { routes: { all: 'true', odd: 'odd' }, match: 'all' },
      input: [{ odd: true }, { odd: 3 }, { odd: false }],
      processBatch,
    })

    expect(run.outputs).toEqual({ all: [{ odd: true }, { odd: false }], odd: [{ odd: true }] })
    expect(run.rejected.map(({ record, code }) => ({ record, code }))).toEqual([
      { record: { odd: 3 }, code: 'EXP_CONDITION' },
    ])
  },
)

it('does what functions in JavaScript would do, in batches of any size and record by record', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ n: fc.integer({ min: 0, max: 30 }) }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      fc.boolean(),
      fc.constantFrom('first', 'all'),
      async (input, batch, processBatch, match) => {
        const run = await runStage(route, {
          parameters: { routes: { three: 'n % 3 == 0', two: 'n % 2 == 0' }, match, else: true },
          input,
          batch,
          processBatch,
        })

        const three = input.filter(({ n }) => n % 3 === 0)
        const two = input.filter(({ n }) => n % 2 === 0 && (match === 'all' || n % 3 !== 0))
        const rest = input.filter(({ n }) => n % 3 !== 0 && n % 2 !== 0)
        expect(run.outputs).toEqual({ three, two, else: rest })
      },
    ),
    { numRuns: 100 },
  )
})

it('names its outputs after the routes, the first as the main one', () => {
  const parameters = { routes, match: 'first', else: 'rest' } as const

  expect(typeof route.outputs === 'function' && route.outputs(parameters)).toEqual({
    high: 'Records for which delay > 60.',
    mild: 'Records for which delay > 15.',
    rest: 'Records that match no route.',
  })
  expect(route.reads?.(parameters)).toEqual(['delay'])
  expect(route.reads?.({ ...parameters, routes: { a: 'ours(x)' } })).toBe(undefined)
  expect(route.reads?.({ ...parameters, routes: { a: 'record == 1' } })).toBe(undefined)
  expect(route.expects?.({ ...parameters, routes: { a: 'delay > 3', b: 'has(dest)' } })).toEqual([
    'delay',
  ])
  expect(route.shape?.(parameters, { keys: [], fields: ['delay'] })).toEqual({
    high: ['delay'],
    mild: ['delay'],
    rest: ['delay'],
  })
})

function check(parameters: {
  readonly routes: Record<string, string>
  readonly else?: string | boolean
}): unknown {
  return route.check?.({ match: 'first', else: false, ...parameters }, { ends: true, keys: [] })
}

describe('faults', () => {
  it.each([
    [
      { routes: {} },
      {
        path: ['routes'],
        message: 'route has no routes.',
        hint: 'Name at least one: routes: { high: delay > 60 }.',
      },
    ],
    [
      { routes: { 'too high': 'a' } },
      {
        path: ['routes', 'too high'],
        message: '"too high" is not a name for an output.',
        hint: 'Start with a letter and use letters, digits and dashes.',
      },
    ],
    [
      { routes: { late: 'a' } },
      {
        path: ['routes', 'late'],
        message: '"late" is kept for records that come too late in event time.',
        hint: 'Choose another name, such as delayed.',
      },
    ],
    [
      { routes: { a: 'b' }, else: '1' },
      {
        path: ['else'],
        message: '"1" is not a name for an output.',
        hint: 'Start with a letter and use letters, digits and dashes.',
      },
    ],
    [
      { routes: { else: 'b' }, else: true },
      {
        path: ['else'],
        message: '"else" is both a route and the output for records that match none.',
        hint: 'Give `else` another name, or rename the route.',
      },
    ],
  ])('%j', (parameters, fault) => {
    expect(check(parameters)).toEqual([fault])
  })

  it('finds none in good parameters', () => {
    expect(check({ routes, else: 'rest' })).toEqual([])
  })
})
