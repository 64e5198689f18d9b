import { runStage, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { pattern } from './pattern.ts'

interface Row {
  readonly t: number
  readonly [name: string]: unknown
}

interface Options {
  readonly disorderMs?: number
  readonly by?: readonly string[]
  readonly stopAfter?: number
}

function run(
  parameters: Record<string, unknown>,
  input: readonly Row[],
  options: Options = {},
): Promise<StageRun> {
  return runStage(pattern, {
    parameters: { within: '10ms', ...parameters },
    input,
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

/** One letter per ms; a dot is none. */
const letters = (text: string): readonly Row[] =>
  text.split('').flatMap((v, t) => (v === '.' ? [] : [{ t, v }]))

const step = (name: string, others: Record<string, unknown> = {}) => {
  return { name, where: `v == '${name}'`, ...others }
}
const not = (name: string) => {
  return { not: `v == '${name}'` }
}

/** Times of first and last record of the matches. */
async function matchesOf(
  steps: readonly Record<string, unknown>[],
  text: string,
  others: Record<string, unknown> = {},
): Promise<readonly (readonly unknown[])[]> {
  const { output } = await run({ steps, ...others }, letters(text))
  return (output as readonly Record<string, unknown>[]).map((result) => [
    result['matchStart'],
    result['matchEnd'],
  ])
}

describe('steps', () => {
  it('take the first records that fit, whatever comes between', async () => {
    const { output, timestamps } = await run({ steps: [step('a'), step('b')] }, letters('axbxaab'))

    expect(output).toStrictEqual([
      { matchStart: 0, matchEnd: 2, a: { t: 0, v: 'a' }, b: { t: 2, v: 'b' } },
      { matchStart: 4, matchEnd: 6, a: { t: 4, v: 'a' }, b: { t: 6, v: 'b' } },
    ])
    expect(timestamps['out']).toStrictEqual([2, 6])
  })

  it('that follow directly take the very next record or none', async () => {
    const steps = [step('a'), step('b', { follows: 'directly' })]

    expect(await matchesOf(steps, 'axbab')).toStrictEqual([[3, 4]])
  })

  it('with times take as many, directly or with others between', async () => {
    const steps = [step('a'), step('b', { times: '2..' }), step('c')]
    const direct = [step('a'), step('b', { times: '2..', follows: 'directly' }), step('c')]

    expect(await matchesOf(steps, 'abcabxbbc')).toStrictEqual([[0, 8]])
    expect(await matchesOf(direct, 'abxbcabbxc')).toStrictEqual([[5, 9]])
  })

  it('read earlier records by name, those of a step with times as a list', async () => {
    const { output } = await run(
      {
        steps: [
          { name: 'fall', times: '2..', where: 'size(fall) == 0 || x < last(fall).x' },
          { name: 'rise', where: 'x > first(fall).x' },
        ],
        select: { from: 'first(fall).x', low: 'last(fall).x', n: 'size(fall)', to: 'rise.x' },
      },
      [7, 5, 6, 3, 8].map((x, t) => ({ t, x })),
    )

    expect(output).toStrictEqual([{ matchStart: 0, matchEnd: 4, from: 7, low: 3, n: 3, to: 8 }])
  })

  it('of one name only find so many within a time', async () => {
    expect(
      await matchesOf([step('a', { times: 3 })], 'a.aa....a..a', { within: '5ms' }),
    ).toStrictEqual([[0, 3]])
  })
})

describe('absences', () => {
  it('between two steps count from the last record of one to the first of the other', async () => {
    const steps = [step('a', { times: '1..' }), not('c'), step('b')]

    expect(await matchesOf(steps, 'axb')).toStrictEqual([[0, 2]])
    expect(await matchesOf(steps, 'acb')).toStrictEqual([])
    expect(await matchesOf(steps, 'acab')).toStrictEqual([[0, 3]])
  })

  it('at the end are proved by time: without a later record of the key, and no earlier than that', async () => {
    const steps = [step('a'), not('b')]
    const input = [
      { t: 0, v: 'a', k: 1 },
      { t: 1, v: 'a', k: 2 },
      { t: 9, v: 'b', k: 2 },
      { t: 9, v: 'x', k: 3 },
      { t: 10, v: 'x', k: 3 },
      { t: 11, v: 'x', k: 3 },
    ]

    const early = await run({ steps }, input, { by: ['k'], stopAfter: 4 })
    const late = await run({ steps }, input, { by: ['k'], stopAfter: 5 })

    expect(early.output).toStrictEqual([])
    expect(early.counts).toMatchObject({ stateEntries: { held: 1, partial: 2 }, timers: 2 })
    expect(late.output).toStrictEqual([{ k: 1, matchStart: 0, matchEnd: 10, a: input[0] }])
    expect(late.timestamps['out']).toStrictEqual([10])
    expect(late.counts).toMatchObject({ stateEntries: { held: 0, partial: 0 }, timers: 0 })
  })

  it('that begin and are over in one move of event time do not wait for the next', async () => {
    const input = [0, 0, 50, 51].map((t, index) => ({ t, v: index === 1 ? 'a' : 'x' }))

    const { output, counts } = await run({ steps: [step('a'), not('b')] }, input, { stopAfter: 3 })

    expect(output).toHaveLength(1)
    expect(counts.timers).toBe(0)
  })
})

describe('time', () => {
  it('of a match is less than within', async () => {
    expect(await matchesOf([step('a'), step('b')], 'a..b', { within: '3ms' })).toStrictEqual([])
    expect(await matchesOf([step('a'), step('b')], 'a.b', { within: '3ms' })).toStrictEqual([
      [0, 2],
    ])
  })

  it('that runs out gives what had begun to the output timeouts, where that is asked for', async () => {
    const steps = [step('a'), not('x'), step('b', { times: 2 })]
    const timeouts = { first: 'a.t', n: 'size(b)' }

    const { outputs, timestamps } = await run(
      { steps, timeouts, within: '4ms' },
      letters('ab....ax.....a'),
    )

    expect(outputs['timeouts']).toStrictEqual([
      { matchStart: 0, matchEnd: 4, waitedFor: 'b', first: 0, n: 1 },
      { matchStart: 13, matchEnd: 17, waitedFor: 'b', first: 13, n: 0 },
    ])
    expect(timestamps['timeouts']).toStrictEqual([4, 17])
  })

  it('is that of events, whatever the order of arrival within the disorder', async () => {
    const { output, outputs } = await run(
      { steps: [step('a'), step('b')] },
      [
        { t: 20, v: 'x' },
        { t: 16, v: 'b' },
        { t: 15, v: 'a' },
        { t: 14, v: 'a' },
      ],
      { disorderMs: 5 },
    )

    expect(output).toMatchObject([{ matchStart: 15, matchEnd: 16 }])
    expect(outputs['late']).toStrictEqual([
      { record: { t: 14, v: 'a' }, eventTime: 14, watermark: 15, lateBy: 1 },
    ])
  })
})

describe('several matches', () => {
  it('begin behind the last record of the one before, or at each record', async () => {
    const steps = [step('a'), step('b')]

    expect(await matchesOf(steps, 'aaxbb')).toStrictEqual([[0, 3]])
    expect(await matchesOf(steps, 'aaxbb', { skip: 'toNext' })).toStrictEqual([
      [0, 3],
      [1, 3],
    ])
  })

  it('of absences leave alone what began behind their last record', async () => {
    expect(await matchesOf([step('a'), not('b')], 'a..a', { within: '5ms' })).toStrictEqual([
      [0, 5],
      [3, 8],
    ])
  })

  it('give earlier steps the more records of those that end together', async () => {
    const { output } = await run(
      {
        steps: [
          { name: 'low', times: '1..', where: 'x < 5' },
          { name: 'any', times: '1..' },
          { name: 'end', where: 'x == 9' },
        ],
        select: { low: 'size(low)', any: 'size(any)' },
      },
      [1, 2, 7, 3, 9].map((x, t) => ({ t, x })),
    )

    expect(output).toMatchObject([{ low: 2, any: 2 }])
  })
})

describe('records that fail', () => {
  const steps = [
    { name: 'small', where: 'x < 5' },
    { name: 'large', where: 'x > 10 * small.y' },
  ]

  it('count as if they had not come, when they come or when event time has passed them', async () => {
    const { output, rejected, counts } = await run({ steps }, [
      { t: 0, x: 1, y: 2 },
      { t: 1, x: 'text' },
      { t: 2, x: 4, y: 'text' },
      { t: 3, x: 30 },
    ])

    expect(output).toMatchObject([{ matchStart: 0, matchEnd: 3 }])
    expect(rejected.map(({ code, record }) => [code, (record as Row).t])).toStrictEqual([
      ['EXP_TYPE', 1],
    ])
    expect(counts).toMatchObject({ in: 4, used: 3, dead: 1 })
  })

  it('are those with which a key would hold more than it may', async () => {
    const { rejected, output } = await run(
      { steps, most: 2 },
      [0, 1, 2, 3].map((t) => ({ t, x: t === 3 ? 99 : 1, y: 1 })),
    )

    expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toStrictEqual([
      'PATTERN_FULL: With this record the partial matches of its key would hold more than 2 records.',
    ])
    expect(output).toMatchObject([{ matchStart: 0, matchEnd: 3 }])
  })

  it('are the last ones of an absence whose result cannot be made', async () => {
    const { rejected, output } = await run(
      { steps: [step('a'), not('b')], select: { x: '1 / a.x' } },
      [
        { t: 0, v: 'a', x: 0 },
        { t: 1, v: 'a', x: 2 },
      ],
    )

    expect(output).toStrictEqual([{ matchStart: 1, matchEnd: 11, x: 0.5 }])
    expect(rejected.map(({ code }) => code)).toStrictEqual(['EXP_NOT_FINITE'])
  })
})

describe('what is kept', () => {
  it('is one reading of those that can only end alike', async () => {
    const steps = [{ name: 'a', times: '1..' }, { name: 'b', times: '1..' }, step('c')]

    const { output, rejected } = await run(
      // Two readings of what each of 15 records begins hold less than this.
      { steps, most: 240, within: '1s', select: { a: 'size(a)', b: 'size(b)' } },
      letters(`${'x'.repeat(15)}c`),
    )

    expect(rejected).toStrictEqual([])
    expect(output).toMatchObject([{ a: 14, b: 1 }])
  })

  it('are only records that a condition may be true for, and none behind a match', async () => {
    const steps = [step('a'), step('b')]

    const open = await run({ steps }, letters('xaxxx'), { stopAfter: 4 })
    const closed = await run({ steps }, letters('xaxb..x'), { stopAfter: 5 })

    expect(open.counts).toMatchObject({ stateEntries: { held: 0, partial: 1 }, timers: 1 })
    expect(closed.output).toHaveLength(1)
    expect(closed.counts).toMatchObject({ stateEntries: { held: 0, partial: 0 }, timers: 0 })
  })
})
