import { runStage, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
}

const minute = 60_000
const hour = 60 * minute

function run(
  parameters: Record<string, unknown>,
  times: readonly number[],
  disorderMs = 0,
): Promise<StageRun> {
  return runStage(window, {
    parameters: { aggregate: { n: 'count()' }, ...parameters },
    input: times.map((t) => ({ t })),
    timestamp: (record) => (record as Row).t,
    disorderMs,
  })
}

const starts = ({ output }: StageRun): readonly number[] =>
  output.map((result) => (result as { windowStart: number }).windowStart)

describe('sliding windows', () => {
  it('of 600 s every 300 s start on a grid, wherever the record is: 7:01 is in 0:00 and 5:00', async () => {
    const found = await run({ sliding: { size: '600s', every: '300s' } }, [7 * minute + 1000])

    expect(starts(found)).toStrictEqual([0, 5 * minute])
  })

  it('that do not fit whole, 10 every 4, hold each record in each of the three windows around it, or two', async () => {
    const sliding = { size: '10ms', every: '4ms' }

    expect(starts(await run({ sliding }, [8]))).toStrictEqual([0, 4, 8])
    expect(starts(await run({ sliding }, [11]))).toStrictEqual([4, 8])
  })

  it('share their records: a window has those of all its panes', async () => {
    const { output } = await run({ sliding: { size: '3ms', every: '1ms' } }, [0, 1, 2, 3])

    expect(output.map((result) => (result as { n: number }).n)).toStrictEqual([1, 2, 3, 3, 2, 1])
  })

  it('take a record that is too late for some of them into the others', async () => {
    const { output, outputs } = await run(
      { sliding: { size: '30ms', every: '10ms' }, aggregate: { n: 'count()', last: 'last(t)' } },
      [5, 15, 35, 12, 36],
    )

    expect(outputs['late']).toStrictEqual([])
    expect(output.slice(2)).toStrictEqual([
      { windowStart: 0, windowEnd: 30, n: 2, last: 15 },
      { windowStart: 10, windowEnd: 40, n: 4, last: 36 },
      { windowStart: 20, windowEnd: 50, n: 2, last: 36 },
      { windowStart: 30, windowEnd: 60, n: 2, last: 36 },
    ])
  })

  it('of days in a zone are of its calendar', async () => {
    const times = ['2025-03-29T12:00Z', '2025-03-30T12:00Z'].map((text) => Date.parse(text))

    const { output } = await run(
      { sliding: { size: '2d', every: '1d' }, zone: 'Europe/Berlin' },
      times,
    )

    expect(
      output.map((result) => {
        const { windowStart, windowEnd, n } = result as Record<string, number>
        return [
          new Date(Number(windowStart)).toISOString(),
          (Number(windowEnd) - Number(windowStart)) / hour,
          n,
        ]
      }),
    ).toStrictEqual([
      ['2025-03-27T23:00:00.000Z', 48, 1],
      ['2025-03-28T23:00:00.000Z', 47, 2],
      ['2025-03-29T23:00:00.000Z', 47, 1],
    ])
  })
})

describe('cumulating windows', () => {
  it('start together and end step by step, and begin anew with the next', async () => {
    const { output } = await run({ cumulate: { size: '30ms', step: '10ms' } }, [5, 15, 32])

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: 10, n: 1 },
      { windowStart: 0, windowEnd: 20, n: 2 },
      { windowStart: 0, windowEnd: 30, n: 2 },
      { windowStart: 30, windowEnd: 40, n: 1 },
      { windowStart: 30, windowEnd: 50, n: 1 },
      { windowStart: 30, windowEnd: 60, n: 1 },
    ])
  })

  it('of a day of 25 hours in a zone give 25 results by the hour', async () => {
    const { output } = await run({ cumulate: { size: '1d', step: '1h' }, zone: 'Europe/Berlin' }, [
      Date.parse('2025-10-25T22:00Z'),
      Date.parse('2025-10-26T22:59Z'),
    ])

    expect(output.length).toBe(25)
    expect(output.at(-1)).toStrictEqual({
      windowStart: Date.parse('2025-10-25T22:00Z'),
      windowEnd: Date.parse('2025-10-26T23:00Z'),
      n: 2,
    })
  })
})
