import { runStage, type RunStageOptions, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import type { TopNParameters } from './top-n-parameters.ts'
import { topN } from './top-n.ts'

interface Row {
  readonly t: number
  readonly [name: string]: unknown
}

function run(
  parameters: Record<string, unknown>,
  input: readonly Row[],
  options: Partial<RunStageOptions> = {},
): Promise<StageRun> {
  return runStage(topN, {
    parameters: { n: 2, of: 'score', ...parameters },
    input,
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

const scores = (...values: readonly (number | null)[]): readonly Row[] =>
  values.map((score, t) => ({ t, score }))
const brief = (results: readonly unknown[]): readonly unknown[] =>
  results.map((result) => {
    const { rank, record } = result as { rank: number; record: Row }
    return [rank, record.t]
  })

describe('top-n over the whole input', () => {
  it('gives one result per rank when the input is over: the key, the rank, the value, the record', async () => {
    const input = [
      { t: 1, player: 'a', score: 10 },
      { t: 2, player: 'b', score: 7 },
      { t: 3, player: 'a', score: 30 },
      { t: 4, player: 'a', score: 20 },
    ]

    const { output, timestamps, counts } = await run({}, input, { by: ['player'] })

    expect(output).toStrictEqual([
      { player: 'a', rank: 1, value: 30, record: input[2] },
      { player: 'a', rank: 2, value: 20, record: input[3] },
      { player: 'b', rank: 1, value: 7, record: input[1] },
    ])
    expect(timestamps['out']).toStrictEqual([4, 4, 2])
    expect(counts).toMatchObject({ in: 4, used: 4, held: 0 })
    expect(counts.stateEntries).toEqual({ best: 0, progress: 0 })
  })

  it('ranks records of equal value by event time', async () => {
    const { output } = await run({ n: 3 }, scores(5, 9, 5, 9, 5))

    expect(brief(output)).toStrictEqual([
      [1, 1],
      [2, 3],
      [3, 0],
    ])
  })

  it('gives with ties also what equals the last of the best, under one rank, and nothing worse', async () => {
    const { output, counts } = await run({ ties: true }, scores(5, 9, 7, 5, 7, 6, 7))
    const passed = await run({ ties: true }, scores(7, 9, 7, 7, 8, 10))

    expect(brief(output)).toStrictEqual([
      [1, 1],
      [2, 2],
      [2, 4],
      [2, 6],
    ])
    expect(counts.stateEntries).toEqual({ best: 0, progress: 0 })
    expect(brief(passed.output)).toStrictEqual([
      [1, 5],
      [2, 1],
    ])
  })

  it('gives the smallest with order: ascending, and ranks by any expression', async () => {
    const smallest = await run({ order: 'ascending' }, scores(5, 9, -2, 7))
    const nearest = await run({ of: 'abs(score - 6.0)', order: 'ascending' }, scores(5, 9, -2, 7))

    expect(brief(smallest.output)).toStrictEqual([
      [1, 2],
      [2, 0],
    ])
    expect(brief(nearest.output)).toStrictEqual([
      [1, 0],
      [2, 3],
    ])
  })

  it('filters records with nothing to rank by, and gives nothing for none', async () => {
    const { output, reasons } = await run({}, scores(null, null))

    expect(output).toStrictEqual([])
    expect(reasons).toStrictEqual({ 'nothing to rank by': 2 })
  })

  it.each([true, false])('fails what is no number (batches: %s)', async (processBatch) => {
    const input = [
      { t: 0, score: '9' },
      { t: 1, score: true },
      { t: 2, score: 1 },
    ]

    const { output, rejected } = await run({}, input, { processBatch })

    expect(brief(output)).toStrictEqual([[1, 2]])
    expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toStrictEqual([
      'TOP_NOT_A_NUMBER: Records rank by numbers; score is of type string.',
      'TOP_NOT_A_NUMBER: Records rank by numbers; score is of type boolean.',
    ])
  })

  it('gives the running best of the keys for which it changed, each time a multiple is passed, and the last of each key', async () => {
    const input = [
      { t: 1, player: 'a', score: 1 },
      { t: 2, player: 'b', score: 1 },
      { t: 12, player: 'a', score: 2 },
      { t: 21, player: 'a', score: 0 },
      { t: 33, player: 'b', score: 5 },
    ]

    const { output, timestamps } = await run({ n: 1, emit: { every: '10ms' } }, input, {
      by: ['player'],
    })

    expect(output).toStrictEqual([
      { player: 'a', rank: 1, value: 2, record: input[2], revision: 0, final: false },
      { player: 'b', rank: 1, value: 1, record: input[1], revision: 0, final: false },
      { player: 'a', rank: 1, value: 2, record: input[2], revision: 1, final: true },
      { player: 'b', rank: 1, value: 5, record: input[4], revision: 1, final: true },
    ])
    expect(timestamps['out']).toStrictEqual([9, 9, 21, 33])
  })

  it('keeps no more than n records of a key, however many there are', async () => {
    const input = Array.from({ length: 1000 }, (_, t) => ({ t, score: t }))

    const { snapshot } = await run({ n: 3 }, input, { stopAfter: 999 })

    expect(snapshot().state['best']?.entries.map(({ data }) => data)).toStrictEqual([
      [998, 997, 996].map((t) => ({ value: t, timestamp: t, record: { t, score: t } })),
    ])
  })
})

describe('top-n per window', () => {
  const tumbling = { window: { tumbling: '10ms' } }

  it('gives the best of each window when the watermark has passed its end, and keeps nothing of it', async () => {
    const input = [3, 8, 12, 9, 31].map((t) => ({ t, score: t % 10 }))

    const stopped = await run(tumbling, input, { disorderMs: 5, stopAfter: 4 })
    const whole = await run(tumbling, input, { disorderMs: 5 })

    expect(stopped.output).toStrictEqual([])
    expect(stopped.counts.stateEntries).toStrictEqual({ best: 2 })
    expect(whole.output).toStrictEqual([
      { windowStart: 0, windowEnd: 10, rank: 1, value: 9, record: input[3] },
      { windowStart: 0, windowEnd: 10, rank: 2, value: 8, record: input[1] },
      { windowStart: 10, windowEnd: 20, rank: 1, value: 2, record: input[2] },
      { windowStart: 30, windowEnd: 40, rank: 1, value: 1, record: input[4] },
    ])
    expect(whole.timestamps['out']).toStrictEqual([9, 9, 19, 39])
    expect(whole.counts.stateEntries).toStrictEqual({ best: 0 })
  })

  it('ranks a record in each of the sliding windows that hold it', async () => {
    const window = { sliding: { size: '10ms', every: '5ms' } }

    const { output } = await run({ n: 1, window }, [
      { t: 7, score: 1 },
      { t: 11, score: 2 },
    ])

    expect(
      output.map((result) => {
        const { windowStart, value } = result as Record<string, number>
        return [windowStart, value]
      }),
    ).toStrictEqual([
      [0, 1],
      [5, 2],
      [10, 2],
    ])
  })

  it('gives the best of thousands of keys, in turns, each once', async () => {
    const input = Array.from({ length: 3000 }, (_, k) => ({ t: 1, k, score: k }))

    const { output, counts } = await run(tumbling, input, { by: ['k'] })

    expect(output.map((result) => (result as { k: number }).k)).toStrictEqual(
      input.map(({ k }) => k),
    )
    expect(counts.stateEntries).toStrictEqual({ best: 0 })
  })

  it('gives what comes after its windows to the output late', async () => {
    const input = [1, 15, 2, 9, 30, 3].map((t) => ({ t, score: 1 }))

    const { outputs, counts } = await run({ window: { tumbling: '10ms', lateness: '6ms' } }, input)

    expect(outputs['late']).toStrictEqual([
      { record: input[5], eventTime: 3, watermark: 30, windowStart: 0, windowEnd: 10, lateBy: 14 },
    ])
    expect(counts).toMatchObject({ in: 6, used: 5, late: 1 })
  })
})

describe('parameters of top-n', () => {
  const faults = (parameters: Partial<TopNParameters>, keys: string[] = [], ends = true) =>
    topN
      .check?.({ n: 1, of: 'a', order: 'descending', ties: false, ...parameters }, { ends, keys })
      ?.map(({ path, message }) => [path, message])
  const window = { tumbling: '1h', lateness: '0s', offset: '0s' }

  it('are refused where results would never come, or come twice', () => {
    expect(faults({}, [], false)).toStrictEqual([
      [['emit'], 'the input never ends, so the best would never be given.'],
    ])
    expect(faults({ emit: { every: '0s' } }, [], false)).toStrictEqual([
      [['emit', 'every'], 'must be a length of time above 0; got "0s".'],
    ])
    expect(faults({ window, emit: 'end' })).toStrictEqual([
      [['emit'], 'a window gives its best once, when it is over.'],
    ])
    expect(faults({ window }, [], false)).toStrictEqual([])
  })

  it('name one kind of window, with lengths of time', () => {
    expect(faults({ window: { lateness: '0s', offset: '0s' } })).toStrictEqual([
      [['window'], 'no kind of window is named.'],
    ])
    expect(faults({ window: { ...window, tumbling: 'x' } })).toStrictEqual([
      [['window', 'tumbling'], 'must be a length of time with a unit; got "x".'],
    ])
  })

  it('are refused where a key would have the name of a field of the result', () => {
    expect(faults({ window }, ['rank', 'windowEnd', 'player'])?.length).toBe(2)
    expect(faults({ emit: { every: '1s' } }, ['final'])?.length).toBe(1)
    expect(faults({}, ['windowEnd', 'final'])).toStrictEqual([])
  })
})

it('ranks nothing twice where a record of the batch cannot be read', async () => {
  const broken = Object.defineProperty({ t: 2 }, 'score', {
    enumerable: true,
    get() {
      throw new Error('No.')
    },
  })
  const input = [...scores(1, 2), broken]

  for (const processBatch of [true, false]) {
    const window = { tumbling: '1s' }
    const { output, rejected } = await run({ n: 3, window }, input, { processBatch })

    expect(output.map((result) => (result as { value: number }).value)).toEqual([2, 1])
    expect(rejected).toMatchObject([
      { code: 'TOP_EVALUATION', message: 'score could not be evaluated: No.' },
    ])
  }
})
