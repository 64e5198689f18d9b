import { expect, it } from 'vitest'
import { combinedOf, isSplit, lanesOf, ordersOf } from './lanes-of.ts'
import { whyUnordered } from './why-unordered.ts'

const source = (id: string, workers?: number, splits = true) => ({
  id,
  parallel: workers === undefined ? undefined : { workers },
  factory: { traits: { splits } },
})
const stage = (id: string, from: readonly string[], more: object = {}, keeps = 'nothing') => ({
  id,
  inputs: [{ from: from.map((one) => ({ id: one })) }],
  factory: { traits: { keeps } },
  ...more,
})
const never = (): boolean => false

it('splits a source that can be split, where it is to be', () => {
  expect([source('a', 2), source('a', 1), source('a'), source('a', 2, false)].map(isSplit)).toEqual(
    [true, false, false, false],
  )
})

it('lets stages run with the source that keep nothing and read nothing else', () => {
  const stages = [
    stage('first', ['a']),
    stage('second', ['first', 'a']),
    stage('keyed', ['second'], { by: [{}] }),
    stage('behind', ['keyed']),
    stage('counts', ['a'], {}, 'state'),
    stage('own', ['a'], { parallel: { workers: 2, mode: 'unordered' } }),
    stage('both', ['a', 'b']),
    stage('plain', ['b']),
    stage('parks', ['a']),
    stage('spills', ['a'], { spill: {} }),
  ]
  const sources = [source('a', 2), source('b')]

  const lanes = lanesOf({ sources, stages }, ({ id }) => id === 'parks')

  expect([...lanes]).toEqual([
    ['first', 'a'],
    ['second', 'a'],
  ])
})

it('lets a stage run with the source that has as many threads, in no order', () => {
  const many = (id: string, more: object, keeps = 'instance') => {
    const parallel = { workers: 2, runs: 'threads', mode: 'unordered', ...more }
    return stage(id, ['a'], { parallel }, keeps)
  }
  const stages = [
    many('same', {}),
    many('plain', {}, 'nothing'),
    many('more', { workers: 3 }),
    many('ordered', { mode: 'ordered' }),
    many('waits', { runs: 'async' }),
    many('apart', { runs: 'processes' }),
    many('few', { inFlight: 1 }),
    stage('behind', ['same', 'plain']),
  ]

  const lanes = lanesOf({ sources: [source('a', 2)], stages }, never)

  expect([...lanes.keys()]).toEqual(['same', 'plain', 'behind'])
})

it('combines stages in two halves that read nothing else, where each record of a key need not wait', () => {
  const inTwo = (id: string, from: readonly string[], more: object = {}) => {
    return stage(id, from, { factory: { traits: { keeps: 'state' }, combined: {} }, ...more })
  }
  const input = { from: [{ id: 'first' }] }
  const stages = [
    stage('first', ['a']),
    inTwo('one', ['first']),
    inTwo('keyed', ['first', 'a'], { by: [{}] }),
    inTwo('named', ['first'], { by: { in: [{}] } }),
    inTwo('parks', ['first']),
    inTwo('behind', ['one']),
    inTwo('both', ['a', 'b']),
    inTwo('whole', ['b']),
    inTwo('inputs', ['a'], { inputs: [input, input] }),
    stage('counts', ['a'], {}, 'state'),
  ]
  const job = { sources: [source('a', 2), source('b')], stages }

  const combined = combinedOf(job, lanesOf(job, never), ({ id }) => id === 'parks')

  expect([...combined]).toEqual([
    ['one', 'a'],
    ['keyed', 'a'],
  ])
})

it('has no order behind several workers', () => {
  const ordered = stage('slow', ['first'], { parallel: { workers: 2, mode: 'ordered' } })
  const why = (workers: number): string | undefined => {
    const job = { sources: [source('a', workers)], stages: [stage('first', ['a']), ordered] }
    return whyUnordered(ordered, ordersOf(job, lanesOf(job, never)), false)
  }

  expect(why(2)).toBe('reads "first", whose results come in no order')
  expect(why(1)).toBeUndefined()
})
