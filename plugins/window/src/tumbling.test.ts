import { runStage, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly [name: string]: unknown
}

const minute = 60_000

function run(
  parameters: Record<string, unknown>,
  input: readonly Row[],
  options: { disorderMs?: number; by?: readonly string[]; batch?: number } = {},
): Promise<StageRun> {
  return runStage(window, {
    parameters: { aggregate: { n: 'count()' }, ...parameters },
    input,
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

const at = (...minutes: readonly number[]): readonly Row[] =>
  minutes.map((time) => ({ t: time * minute }))

describe('tumbling windows', () => {
  it('of 300 s hold minutes 0, 1 and 4 together and 5 apart: starts are on a grid of the size', async () => {
    const { output, timestamps } = await run({ tumbling: '300s' }, at(0, 1, 4, 5))

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: 300_000, n: 3 },
      { windowStart: 300_000, windowEnd: 600_000, n: 1 },
    ])
    expect(timestamps['out']).toStrictEqual([299_999, 599_999])
  })

  it('of 40 s are on a grid too, whatever the minute', async () => {
    const { output } = await run({ tumbling: '40s' }, [
      { t: 39_999 },
      { t: 40_000 },
      { t: 119_999 },
    ])

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: 40_000, n: 1 },
      { windowStart: 40_000, windowEnd: 80_000, n: 1 },
      { windowStart: 80_000, windowEnd: 120_000, n: 1 },
    ])
  })

  it('are half-open: a record at the boundary is in one window, and sums of windows are the input', async () => {
    const { output } = await run({ tumbling: '10s' }, [{ t: 9999 }, { t: 10_000 }, { t: 20_000 }])

    expect(output.map((result) => (result as { n: number }).n)).toStrictEqual([1, 1, 1])
  })

  it('take a record that is out of order within the disorder into its one window, and close none for it', async () => {
    const { output } = await run({ tumbling: '1m' }, at(0.5, 1.2, 0.6, 1.3), {
      disorderMs: minute,
    })

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: minute, n: 2 },
      { windowStart: minute, windowEnd: 2 * minute, n: 2 },
    ])
  })

  it('give what came after they closed to the output late, with which window and how late', async () => {
    const { output, outputs, counts } = await run({ tumbling: '1m', lateness: '10s' }, [
      { t: 30_000 },
      { t: 69_999 },
      { t: 31_000 },
      { t: 75_000 },
      { t: 32_000 },
      { t: 76_000 },
    ])

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: minute, n: 2 },
      { windowStart: minute, windowEnd: 2 * minute, n: 3 },
    ])
    expect(outputs['late']).toStrictEqual([
      {
        record: { t: 32_000 },
        eventTime: 32_000,
        watermark: 75_000,
        windowStart: 0,
        windowEnd: minute,
        lateBy: 5000,
      },
    ])
    expect(counts).toMatchObject({ in: 6, used: 5, late: 1, held: 0 })
  })

  it('that are relaxed take what is too late into the first window that is open: nothing is late or lost', async () => {
    const { output, outputs } = await run({ tumbling: '1m', relaxed: true }, at(0.5, 2.5, 0.6, 3))

    expect(output).toStrictEqual([
      { windowStart: 0, windowEnd: minute, n: 1 },
      { windowStart: 2 * minute, windowEnd: 3 * minute, n: 2 },
      { windowStart: 3 * minute, windowEnd: 4 * minute, n: 1 },
    ])
    expect(outputs['late']).toStrictEqual([])
  })

  it('give results in the order of their ends, then of the first sight of the key', async () => {
    const rows = [
      { t: 70_000, k: 'b' },
      { t: 80_000, k: 'a' },
      { t: 10_000, k: 'a' },
      { t: 20_000, k: 'b' },
      { t: 75_000, k: 'c' },
    ]

    const { output } = await run({ tumbling: '1m' }, rows, { by: ['k'], disorderMs: 100_000 })

    expect(output).toStrictEqual([
      { k: 'b', windowStart: 0, windowEnd: minute, n: 1 },
      { k: 'a', windowStart: 0, windowEnd: minute, n: 1 },
      { k: 'b', windowStart: minute, windowEnd: 2 * minute, n: 1 },
      { k: 'a', windowStart: minute, windowEnd: 2 * minute, n: 1 },
      { k: 'c', windowStart: minute, windowEnd: 2 * minute, n: 1 },
    ])
  })

  it('start at the offset', async () => {
    const { output } = await run({ tumbling: '1h', offset: '15m' }, at(14, 15, 74, 75))

    expect(output.map((result) => (result as { windowStart: number }).windowStart)).toStrictEqual([
      -45 * minute,
      15 * minute,
      75 * minute,
    ])
  })

  it('of a day in a zone are 23 or 25 hours long where clocks change', async () => {
    const days = [
      '2025-03-29T23:00Z',
      '2025-03-30T21:59Z',
      '2025-03-30T22:00Z',
      '2025-10-25T21:59Z',
      '2025-10-25T22:00Z',
      '2025-10-26T22:59Z',
      '2025-10-26T23:00Z',
    ].map((text) => ({ t: Date.parse(text) }))

    const { output } = await run({ tumbling: '1d', zone: 'Europe/Berlin' }, days)

    const hours = output.map((result) => {
      const { windowStart, windowEnd, n } = result as Record<string, number>
      return [(Number(windowEnd) - Number(windowStart)) / 3_600_000, n]
    })
    expect(hours).toStrictEqual([
      [23, 2],
      [24, 1],
      [24, 1],
      [25, 2],
      [24, 1],
    ])
  })

  it('of hours in a zone are counted from its midnight, also where that is at half past', async () => {
    const { output } = await run({ tumbling: '6h', zone: 'Asia/Kolkata' }, [
      { t: Date.parse('2025-01-01T18:29Z') },
      { t: Date.parse('2025-01-01T18:30Z') },
    ])

    expect(output.map((result) => (result as { windowStart: number }).windowStart)).toStrictEqual([
      Date.parse('2025-01-01T12:30Z'),
      Date.parse('2025-01-01T18:30Z'),
    ])
  })

  it('hand nothing out when there was nothing', async () => {
    expect((await run({ tumbling: '1m' }, [])).output).toStrictEqual([])
  })

  it('count by type as the input does, with where', async () => {
    const rows = [
      { t: 1000, type: 'page_view' },
      { t: 2000, type: 'click' },
      { t: 3000, type: 'page_view' },
    ]
    const aggregate = {
      views: { value: 'count()', where: 'record.type == "page_view"' },
      clicks: { value: 'count()', where: 'record.type == "click"' },
    }

    const { output } = await run({ tumbling: '1m', aggregate }, rows)

    expect(output).toStrictEqual([{ windowStart: 0, windowEnd: minute, views: 2, clicks: 1 }])
  })
})
