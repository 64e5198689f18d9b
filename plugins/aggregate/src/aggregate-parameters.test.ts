import { toStageFactory } from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { aggregate } from './aggregate.ts'
import type { AggregateParameters } from './aggregate-parameters.ts'

type Values = AggregateParameters['aggregate']

const scope = { env: {}, functions: [], aggregates: [] }

function check(
  values: Values,
  emit: AggregateParameters['emit'] = 'end',
  input: { readonly ends?: boolean; readonly keys?: readonly string[] } = {},
): unknown {
  return aggregate.check?.(
    { aggregate: values, emit },
    { ends: true, keys: [], expressions: scope, ...input },
  )
}

const known =
  'Known are: count, sum, min, max, mean, stddev, quantile, distinct, first, last, topK, list.'

describe('calls', () => {
  it.each<[Values[string], string, string]>([
    ['meen(x)', 'Unknown aggregate function "meen".', `Did you mean "mean"? ${known}`],
    ['frobnicate(x)', 'Unknown aggregate function "frobnicate".', known],
    ['mean()', '"mean()" needs a value to look at.', 'Write it as mean(x).'],
    ['mean(x, 2)', '"mean(x, 2)" has too many arguments.', 'Write it as mean(x).'],
    ['quantile(x)', '"quantile(x)" needs q.', 'Write it as quantile(x, q).'],
    [
      'quantile(x, 95)',
      '"quantile(x, q)" needs a number from 0 to 1 for q; got 95.',
      'Write it as quantile(x, q) with q from 0 to 1.',
    ],
    [
      { value: 'sum(x)', exact: true },
      '"sum" has no other form for `exact: true`.',
      'Leave `exact` out; it is for quantile, distinct, topK.',
    ],
  ])('%j', (value, message, hint) => {
    expect(check({ a: value })).toEqual([{ path: ['aggregate', 'a'], message, hint }])
  })

  it('reports all faults at once', () => {
    expect(check({ a: 'mean()', b: 'count()', c: 'meen(x)' })).toHaveLength(2)
  })

  it('leaves unknown functions to create where it does not know what plugins bring', () => {
    const parameters = { aggregate: { p: 'product(x)' }, emit: 'end' } as const

    expect(aggregate.check?.(parameters, { ends: true, keys: [] })).toEqual([])
  })

  it('leaves faults of expressions to the loader, which knows the column', () => {
    expect(check({ a: 'mean(x +)' })).toEqual([])
  })
})

it('refuses an aggregate without values', () => {
  expect(check({})).toEqual([
    {
      path: ['aggregate'],
      message: 'aggregate has no values.',
      hint: 'Name at least one: aggregate: { n: count() }.',
    },
  ])
})

it('refuses a value named like a key', () => {
  expect(check({ origin: 'count()' }, 'end', { keys: ['origin'] })).toEqual([
    {
      path: ['aggregate', 'origin'],
      message: '"origin" is also the name of a key; the result has both.',
      hint: 'Give the value another name.',
    },
  ])
})

it('refuses values and keys named like a field of results that replace each other', () => {
  expect(check({ final: 'count()' })).toEqual([])
  expect(check({ final: 'count()' }, 'update', { keys: ['revision'] })).toEqual([
    {
      path: ['aggregate', 'final'],
      message: '"final" is also a field of every result; the result has both.',
      hint: 'Give the value another name.',
    },
    {
      path: [],
      message: '"revision" is the name of a key and of a field of every result.',
      hint: 'Give the key another name: by: { its-name: revision }.',
    },
  ])
})

it('refuses to wait for the end of an input that has none', () => {
  expect(check({ n: 'count()' }, 'end', { ends: false })).toEqual([
    {
      path: ['emit'],
      message: 'The input never ends, so `emit: end` would never give a result.',
      hint: 'Use emit: update, or emit: { every: 10s }.',
    },
  ])
  expect(check({ n: 'count()' }, 'update', { ends: false })).toEqual([])
})

it.each([
  ['10', 'with a unit'],
  ['soon', 'with a unit'],
  ['0s', 'above 0'],
])('refuses %s as a length of time', (every, expected) => {
  expect(check({ n: 'count()' }, { every })).toEqual([
    {
      path: ['emit', 'every'],
      message: `must be a length of time ${expected}; got "${every}".`,
      hint: 'Write a number with a unit, such as 10s or 5m.',
    },
  ])
})

it('says which fields it reads and which it makes', () => {
  const parameters = {
    aggregate: { n: 'count()', m: 'mean(a.b)', w: { value: 'sum(c)', where: 'd > 1' } },
    emit: 'end',
  } as const

  expect(aggregate.reads?.(parameters)).toEqual(['a.b', 'c', 'd'])
  expect(aggregate.reads?.({ aggregate: { a: 'first(record)' }, emit: 'end' })).toBe(undefined)
  expect(aggregate.reads?.({ aggregate: { a: 'product(x)' }, emit: 'end' })).toBe(undefined)
  expect(aggregate.expects?.(parameters)).toEqual(['a.b', 'c', 'd'])
  const asks = { aggregate: { n: { value: 'sum(coalesce(a, b))', where: 'has(c) && d' } } }
  expect(aggregate.expects?.({ ...asks, emit: 'end' })).toEqual(['d'])
  expect(aggregate.expects?.({ aggregate: { a: 'product(x)' }, emit: 'end' })).toEqual([])
  expect(aggregate.shape?.(parameters, { keys: ['k'], fields: undefined })).toEqual({
    out: ['k', 'n', 'm', 'w'],
  })
  const updating = { aggregate: { n: 'count()' }, emit: 'update' } as const
  expect(aggregate.shape?.(updating, { keys: ['k'], fields: undefined })).toEqual({
    out: ['k', 'n', 'revision', 'final'],
  })
})

it('says that all but end makes results that replace each other, and takes none of these', () => {
  const updatesOf = (emit: AggregateParameters['emit']): unknown =>
    toStageFactory(aggregate, {
      parameters: { aggregate: { n: 'count()' }, emit },
      expressions: scope,
      inject: () => expect.unreachable(),
    }).traits.updates

  expect(updatesOf('end')).toEqual({ makes: false, takes: false })
  expect(updatesOf('update')).toEqual({ makes: true, takes: false })
  expect(updatesOf({ every: '10s' })).toEqual({ makes: true, takes: false })
})
