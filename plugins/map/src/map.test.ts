import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { map } from './map.ts'

async function mapOne(parameters: unknown, record: unknown): Promise<unknown> {
  const run = await runStage(map, { parameters, input: [record] })
  expect(run.rejected).toEqual([])
  expect(run.counts).toMatchObject({ in: 1, used: 1 })
  return run.output[0]
}

describe('set', () => {
  it('adds and replaces fields with expressions and constants', async () => {
    const parameters = {
      set: { late: 'delay > 15', delay: 'delay / 60', kind: "'x'", v: 1, no: null },
    }

    expect(await mapOne(parameters, { id: 7, delay: 30 })).toEqual({
      id: 7,
      delay: 0.5,
      late: true,
      kind: 'x',
      v: 1,
      no: null,
    })
  })

  it('sees the incoming record in every expression, not what was set before', async () => {
    expect(await mapOne({ set: { a: 'b', b: 'a' } }, { a: 1, b: 2 })).toEqual({ a: 2, b: 1 })
  })

  it('sets fields inside others and makes those that are missing', async () => {
    expect(
      await mapOne(
        { set: { 'a.b': '1', 'a.c': '2', 'x.y.z': '3', 'n.m': '4' } },
        { a: { d: 0 }, n: 5 },
      ),
    ).toEqual({ a: { b: 1, c: 2, d: 0 }, x: { y: { z: 3 } }, n: { m: 4 } })
  })
})

describe('select', () => {
  it('keeps only the listed paths, with null for what is missing', async () => {
    expect(await mapOne({ select: ['a', 'b.c', 'd'] }, { a: 1, b: { c: 2, x: 3 }, y: 4 })).toEqual({
      a: 1,
      b: { c: 2 },
      d: null,
    })
  })

  it('maps new names to expressions', async () => {
    expect(
      await mapOne(
        { select: { who: 'user.name', twice: 'n * 2' } },
        { user: { name: 'Ada' }, n: 2 },
      ),
    ).toEqual({
      who: 'Ada',
      twice: 4,
    })
  })
})

describe('rename and drop', () => {
  it('renames in place, and leaves what is missing missing', async () => {
    const result = await mapOne({ rename: { a: 'z', no: 'never' } }, { a: 1, b: 2 })

    expect(JSON.stringify(result)).toBe('{"z":1,"b":2}')
  })

  it('swaps two fields', async () => {
    expect(await mapOne({ rename: { a: 'b', b: 'a' } }, { a: 1, b: 2 })).toEqual({ a: 2, b: 1 })
  })

  it('lets the renamed field win over one that has the name, unless it is missing', async () => {
    expect(await mapOne({ rename: { a: 'b' } }, { a: 1, b: 2 })).toEqual({ b: 1 })
    expect(await mapOne({ rename: { a: 'b' } }, { b: 2 })).toEqual({ b: 2 })
  })

  it('drops fields and fields inside others', async () => {
    expect(
      await mapOne(
        { drop: ['a', 'b.c', 'd.e.f', 'no.way'] },
        { a: 1, b: { c: 1, x: 2 }, d: { e: { f: 1, g: 2 } } },
      ),
    ).toEqual({ b: { x: 2 }, d: { e: { g: 2 } } })
  })
})

it('works in the order select, rename, set, drop', async () => {
  const parameters = {
    drop: ['tmp'],
    set: { sum: 'a + b' },
    rename: { a: 'first' },
    select: ['a', 'tmp'],
  }

  expect(await mapOne(parameters, { a: 1, b: 2, tmp: 3 })).toEqual({ first: 1, sum: 3 })
})

it('leaves the incoming record alone, and what is inside it', async () => {
  const record = { a: 1, b: { c: 2, d: 3 } }
  const before = structuredClone(record)

  await mapOne({ set: { a: '5', 'b.c': '6' }, drop: ['b.d'], rename: { a: 'x' } }, record)
  await mapOne({ select: ['b'], set: { 'b.c': '6' } }, record)

  expect(record).toEqual(before)
})

it.each([['text'], [5], [null], [[1, 2]]])(
  'makes an object from %j with set or select',
  async (record) => {
    expect(await mapOne({ set: { whole: 'record', n: '1' } }, record)).toEqual({
      whole: record,
      n: 1,
    })
    expect(await mapOne({ select: ['a'] }, record)).toEqual({ a: null })
    expect(await mapOne({ select: { v: 'record' } }, record)).toEqual({ v: record })
  },
)

it.each([['text'], [5], [null], [[1, 2]]])(
  'hands %j on with rename and drop alone',
  async (record) => {
    expect(await mapOne({ rename: { a: 'b' }, drop: ['c'] }, record)).toEqual(record)
  },
)

it('keeps a field named __proto__ of the input as data', async () => {
  const record: unknown = JSON.parse('{"__proto__":{"evil":1},"a":1}')

  const copied = (await mapOne({ drop: ['a'] }, record)) as object

  expect(JSON.stringify(copied)).toBe('{"__proto__":{"evil":1}}')
  expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
})

it.each([true, false])(
  'fails the record an expression fails for (batches: %s)',
  async (processBatch) => {
    const run = await runStage(map, {
      parameters: { set: { f: 'c * 9 / 5 + 32' } },
      input: [{ c: 100 }, { c: 'hot' }, { c: null }],
      processBatch,
    })

    expect(run.output).toEqual([
      { c: 100, f: 212 },
      { c: null, f: null },
    ])
    expect(run.rejected.map(({ record }) => record)).toEqual([{ c: 'hot' }])
    expect(run.rejected[0]?.code).toMatch(/^EXP_/)
  },
)

it('does what a function in JavaScript would do, in batches of any size and record by record', async () => {
  const value = fc.integer({ min: -9, max: 9 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: value, b: value, c: value }, { requiredKeys: ['a', 'b'] }), {
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 10 }),
      fc.boolean(),
      async (input, batch, processBatch) => {
        const run = await runStage(map, {
          parameters: { rename: { c: 'd' }, set: { sum: 'a + b' }, drop: ['a'] },
          input,
          batch,
          processBatch,
        })

        const expected = input.map(({ a, b, ...rest }) => ({
          b,
          ...('c' in rest ? { d: rest.c } : {}),
          sum: a + b,
        }))
        expect(run.output).toEqual(expected)
      },
    ),
    { numRuns: 100 },
  )
})

it('says which fields it reads and which it makes', () => {
  const select = { select: ['a', 'b.c'], set: { d: 'e * 2', 'f.g': '1' }, drop: ['a'] }
  const rename = { rename: { x: 'y' }, set: { n: 'm' } }

  expect(map.reads?.(select)).toEqual(['a', 'b.c', 'e'])
  expect(map.reads?.(rename)).toBe(undefined)
  expect(map.reads?.({ select: { w: 'record' } })).toBe(undefined)
  expect(map.reads?.({ select: { w: 'ours(x)' } })).toBe(undefined)
  expect(map.expects?.(select)).toEqual(['a', 'b.c', 'e'])
  expect(map.expects?.({ ...rename, set: { n: 'm + coalesce(k, 0)' } })).toEqual(['m'])
  expect(map.shape?.(select, { keys: [], fields: undefined })).toEqual({ out: ['b', 'd', 'f'] })
  expect(map.shape?.(rename, { keys: [], fields: ['x', 'z'] })).toEqual({ out: ['y', 'z', 'n'] })
  expect(map.shape?.(rename, { keys: [], fields: ['valueOf'] })).toEqual({ out: ['valueOf', 'n'] })
  expect(map.shape?.(rename, { keys: [], fields: undefined })).toEqual({ out: undefined })
})

describe('faults', () => {
  it.each([
    [{}, [], 'map has nothing to do.', 'Give at least one of set, select, drop, rename.'],
    [
      { set: { 'a..b': '1' } },
      ['set', 'a..b'],
      '"a..b" is not a path: a name between the dots is empty.',
      'Write the names of the fields with single dots between them.',
    ],
    [
      { drop: ['a.__proto__'] },
      ['drop', 0],
      '"__proto__" is not a name for a field.',
      'Choose another name.',
    ],
    [
      { select: ['__proto__'] },
      ['select', 0],
      '"__proto__" is not a name for a field.',
      'Choose another name.',
    ],
    [
      { rename: { a: '__proto__' } },
      ['rename', 'a'],
      '"__proto__" is not a name for a field.',
      'Choose another name.',
    ],
    [
      { rename: { 'a.b': 'c' } },
      ['rename', 'a.b'],
      'rename works on top-level fields; got "a.b".',
      'Use set and drop for a field inside another.',
    ],
    [
      { rename: { a: 'c', b: 'c' } },
      ['rename', 'b'],
      'Two fields are renamed to "c".',
      'Give each its own name.',
    ],
    [
      { set: { 'a.b': '1' }, drop: ['a'] },
      ['set', 'a.b'],
      '"a.b" is set and dropped.',
      'Take it out of one of them; expressions can read a field that is dropped.',
    ],
  ])('%j', (parameters, path, message, hint) => {
    expect(map.check?.(parameters, { ends: true, keys: [] })).toEqual([{ path, message, hint }])
  })
})
