import { defineAggregate } from '@millrace/sdk'
import { runStage, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly k: string
}

const rows = (count: number, k = 'a'): readonly Row[] =>
  Array.from({ length: count }, (_, t) => ({ t, k }))

function run(
  parameters: Record<string, unknown>,
  input: readonly Row[],
  options: { inputEnds?: boolean } = {},
): Promise<StageRun> {
  return runStage(window, {
    parameters: { aggregate: { n: 'count()' }, ...parameters },
    input,
    timestamp: (record) => (record as Row).t,
    by: ['k'],
    ...options,
  })
}

const counts = ({ output }: StageRun): unknown =>
  output.map((result) => (result as { n: number }).n)

describe('count windows', () => {
  it('of two make five of ten records', async () => {
    expect(counts(await run({ count: 2 }, rows(10)))).toStrictEqual([2, 2, 2, 2, 2])
  })

  it('of five of twelve records are 5, 5 and, at the end of the input, 2', async () => {
    const { output, timestamps } = await run({ count: 5 }, rows(12))

    expect(output).toStrictEqual([
      { k: 'a', windowStart: 0, windowEnd: 5, n: 5 },
      { k: 'a', windowStart: 5, windowEnd: 10, n: 5 },
      { k: 'a', windowStart: 10, windowEnd: 12, n: 2 },
    ])
    expect(timestamps['out']).toStrictEqual([4, 9, 11])
  })

  it('with maxWait do not wait for ever for the last one', async () => {
    const input = [...rows(11), { t: 14, k: 'b' }, { t: 15, k: 'b' }, { t: 16, k: 'c' }]

    expect((await run({ count: 2, maxWait: '5ms' }, input)).output.slice(5)).toStrictEqual([
      { k: 'b', windowStart: 14, windowEnd: 16, n: 2 },
      { k: 'a', windowStart: 10, windowEnd: 11, n: 1 },
      { k: 'c', windowStart: 16, windowEnd: 17, n: 1 },
    ])
  })

  it('hand all their records to code of the job: even values sorted, three at a time', async () => {
    const sorted = defineAggregate<number[]>({
      name: 'sortedEvens',
      summary: 'Even values in order.',
      arguments: 1,
      takes: 'numbers',
      create: () => [],
      add: (values, value) => void (Number(value) % 2 === 0 && values.push(Number(value))),
      merge: (a, b) => [...a, ...b],
      result: (values) => values.toSorted((a, b) => a - b),
    })
    const input = [6, 3, 4, 2, 8, 1].map((x, t) => ({ t, k: 'a', x }))

    const { output } = await runStage(window, {
      parameters: {
        count: 3,
        aggregate: { evens: 'sortedEvens(x)', all: 'list(x)', records: 'list(record)' },
      },
      input,
      by: ['k'],
      expressions: { env: {}, functions: [], aggregates: [sorted] },
    })

    expect(output).toMatchObject([
      { evens: [4, 6], all: [6, 3, 4], records: input.slice(0, 3) },
      { evens: [2, 8], all: [2, 8, 1], records: input.slice(3) },
    ])
  })

  it('count by key, in the order in which records arrive', async () => {
    const input = [
      { t: 5, k: 'a' },
      { t: 1, k: 'b' },
      { t: 2, k: 'a' },
      { t: 3, k: 'b' },
    ]

    expect((await run({ count: 2 }, input)).output).toStrictEqual([
      { k: 'a', windowStart: 2, windowEnd: 6, n: 2 },
      { k: 'b', windowStart: 1, windowEnd: 4, n: 2 },
    ])
  })
})

describe('a global window', () => {
  it('gives one result per key, at the end of the input', async () => {
    const { output, timestamps } = await run({ global: true }, [...rows(3), ...rows(5, 'b')])

    expect(output).toStrictEqual([
      { k: 'a', windowStart: null, windowEnd: null, n: 3 },
      { k: 'b', windowStart: null, windowEnd: null, n: 5 },
    ])
    expect(timestamps['out']).toStrictEqual([4, 4])
  })

  it('gives results every so many records, and the last one', async () => {
    const { output } = await run({ global: true, emit: { every: 2 } }, rows(3))

    expect(output).toStrictEqual([
      { k: 'a', windowStart: null, windowEnd: null, n: 2, revision: 0, final: false },
      { k: 'a', windowStart: null, windowEnd: null, n: 3, revision: 1, final: true },
    ])
  })

  it('is refused where its result would never come', async () => {
    await expect(run({ global: true }, [], { inputEnds: false })).rejects.toMatchObject({
      code: 'TST_PARAMETERS',
      hint: 'Use emit: update, or emit: { every: 10s }.',
    })
  })
})
