import { runStage, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly user?: string
}

function run(
  parameters: Record<string, unknown>,
  input: readonly (number | Row)[],
  disorderMs = 0,
): Promise<StageRun> {
  return runStage(window, {
    parameters: { aggregate: { n: 'count()' }, session: '30s', ...parameters },
    input: input.map((one) => (typeof one === 'number' ? { t: one * 1000 } : one)),
    timestamp: (record) => (record as Row).t,
    by: ['user'],
    disorderMs,
  })
}

const spans = ({ output }: StageRun): unknown =>
  output.map((result) => {
    const { windowStart, windowEnd, n } = result as Record<string, number>
    return [Number(windowStart) / 1000, Number(windowEnd) / 1000, n]
  })

describe('sessions', () => {
  it('of gaps 10, 10, 60, 10 with a gap of 30 are two', async () => {
    expect(spans(await run({}, [0, 10, 20, 80, 90]))).toStrictEqual([
      [0, 50, 3],
      [80, 120, 2],
    ])
  })

  it('are half-open: a record exactly at the end starts a new one, one just before does not', async () => {
    expect(spans(await run({}, [0, 30]))).toStrictEqual([
      [0, 30, 1],
      [30, 60, 1],
    ])
    expect(spans(await run({}, [{ t: 0 }, { t: 29_999 }]))).toStrictEqual([[0, 59.999, 2]])
  })

  it('are merged by a record that bridges them, out of order within the disorder', async () => {
    expect(spans(await run({}, [0, 50, 25], 60_000))).toStrictEqual([[0, 80, 3]])
  })

  it('are merged by a late bridge within the lateness; the result says what it replaces', async () => {
    const { output } = await run({ lateness: '2m', emit: 'onTime' }, [0, 50, 100, 25])

    expect(output.slice(0, 3)).toStrictEqual([
      { user: null, windowStart: 0, windowEnd: 30_000, n: 1, revision: 0, final: false },
      { user: null, windowStart: 50_000, windowEnd: 80_000, n: 1, revision: 0, final: false },
      {
        user: null,
        windowStart: 0,
        windowEnd: 80_000,
        n: 3,
        revision: 1,
        final: false,
        replaces: [50_000],
      },
    ])
  })

  it('that are too late alone, but join one that is kept, are not late', async () => {
    const { output, outputs } = await run({ lateness: '20s' }, [0, 29, 75, 10, -35])

    expect(output[0]).toMatchObject({ windowStart: 0, windowEnd: 59_000, n: 3 })
    expect(outputs['late']).toStrictEqual([
      {
        record: { t: -35_000 },
        eventTime: -35_000,
        watermark: 75_000,
        windowStart: -35_000,
        windowEnd: -5000,
        lateBy: 60_000,
      },
    ])
  })

  it('of keys are apart', async () => {
    const rows = [
      { t: 0, user: 'a' },
      { t: 20_000, user: 'b' },
      { t: 35_000, user: 'a' },
    ]

    expect((await run({}, rows)).output).toStrictEqual([
      { user: 'a', windowStart: 0, windowEnd: 30_000, n: 1 },
      { user: 'b', windowStart: 20_000, windowEnd: 50_000, n: 1 },
      { user: 'a', windowStart: 35_000, windowEnd: 65_000, n: 1 },
    ])
  })

  it('give live updates before they are over', async () => {
    const { output } = await run({ emit: 'update' }, [0, 10])

    expect(output).toStrictEqual([
      { user: null, windowStart: 0, windowEnd: 30_000, n: 1, revision: 0, final: false },
      { user: null, windowStart: 0, windowEnd: 40_000, n: 2, revision: 1, final: false },
      { user: null, windowStart: 0, windowEnd: 40_000, n: 2, revision: 2, final: true },
    ])
  })
})
