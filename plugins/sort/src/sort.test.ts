import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sort } from './sort.ts'

interface Row {
  readonly t: number
  readonly id: number
}

interface Options {
  readonly most?: number
  readonly disorderMs?: number
  readonly by?: readonly string[]
  readonly batch?: number | readonly number[]
  readonly stopAfter?: number
}

function run(input: readonly Row[], { most, ...options }: Options = {}): Promise<StageRun> {
  return runStage(sort, {
    parameters: most === undefined ? {} : { most },
    input,
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

const rows = (...times: readonly number[]): readonly Row[] => times.map((t, id) => ({ t, id }))
const ids = (records: readonly unknown[]): readonly number[] =>
  records.map((record) => (record as Row).id)

describe('sort', () => {
  it('hands records on in the order of event time, the very ones that came', async () => {
    const input = rows(10, 30, 20, 25, 40)

    const { output, timestamps, counts } = await run(input, { disorderMs: 20 })

    expect(ids(output)).toStrictEqual([0, 2, 3, 1, 4])
    expect(output[0]).toBe(input[0])
    expect(timestamps['out']).toStrictEqual([10, 20, 25, 30, 40])
    expect(counts).toMatchObject({ in: 5, used: 5, late: 0, held: 0 })
  })

  it('keeps the order of arrival among records of the same time', async () => {
    const { output } = await run(rows(10, 5, 10, 5, 10), { disorderMs: 10 })

    expect(ids(output)).toStrictEqual([1, 3, 0, 2, 4])
  })

  it('holds a record until the watermark has passed its time, and a stop lets nothing go early', async () => {
    const input = rows(10, 30, 20, 41, 35)

    const { output, snapshot } = await run(input, {
      disorderMs: 20,
      stopAfter: 4,
    })

    // The watermark is 21.
    expect(ids(output)).toStrictEqual([0, 2])
    expect(snapshot().state['global:held']?.entries).toStrictEqual([
      {
        key: null,
        data: [
          [30, input[1]],
          [41, input[3]],
        ],
      },
    ])
  })

  it('hands on all that is left when the input is over, and keeps nothing', async () => {
    const { output, counts } = await run(rows(3, 2, 1), { disorderMs: 1_000_000 })

    expect(ids(output)).toStrictEqual([2, 1, 0])
    expect(counts.stateEntries).toStrictEqual({ 'global:held': 0 })
  })

  it('hands on thousands at once, in turns, and loses none of them', async () => {
    const input = rows(...Array.from({ length: 3000 }, (_, index) => 3000 - index))

    const { output } = await run(input, { disorderMs: 10_000 })

    expect(ids(output)).toStrictEqual(ids(input).toReversed())
  })

  it('gives what comes behind the watermark to the output late, and says by how much', async () => {
    const { output, outputs, counts } = await run(rows(100, 89, 90), { disorderMs: 10 })

    expect(ids(output)).toStrictEqual([2, 0])
    expect(outputs['late']).toStrictEqual([
      { record: { t: 89, id: 1 }, eventTime: 89, watermark: 90, lateBy: 1 },
    ])
    expect(counts).toMatchObject({ in: 3, used: 2, late: 1 })
  })

  it('does not take a record an hour behind the watermark as if it were in time', async () => {
    const hour = 3_600_000

    const { output, counts } = await run(rows(2 * hour, hour, 2 * hour + 1), { disorderMs: 60_000 })

    expect(ids(output)).toStrictEqual([0, 2])
    expect(counts).toMatchObject({ used: 2, late: 1 })
  })

  it('puts the records of all keys in one order', async () => {
    const { output } = await run(rows(30, 10, 20), { by: ['id'], disorderMs: 100 })

    expect(ids(output)).toStrictEqual([1, 2, 0])
  })

  it('fails a record that would be one too many, and goes on when there is room again', async () => {
    const { output, rejected } = await run(rows(1, 2, 3, 13, 14), { most: 2, disorderMs: 10 })

    expect(ids(output)).toStrictEqual([0, 1, 4])
    expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toStrictEqual([
      'SORT_FULL: The sort holds 2 records that event time has not passed yet; it may hold no more.',
      'SORT_FULL: The sort holds 2 records that event time has not passed yet; it may hold no more.',
    ])
  })

  it('takes most as its short form and refuses one that holds nothing', async () => {
    expect(sort.main).toBe('most')
    await expect(run(rows(1), { most: 0 })).rejects.toMatchObject({ code: 'TST_PARAMETERS' })
  })
})

interface Expected {
  readonly out: readonly number[]
  readonly late: readonly number[]
  readonly full: readonly number[]
}

/** By the book: one record after the other; what is held is looked through each time. */
function oracle(input: readonly Row[], disorder: number, most: number, isOver: boolean): Expected {
  const out: number[] = []
  const late: number[] = []
  const full: number[] = []
  let held: Row[] = []
  let watermark = -Infinity
  const move = (to: number): void => {
    watermark = Math.max(watermark, to)
    const due = held.filter(({ t }) => t < watermark)
    held = held.filter(({ t }) => t >= watermark)
    out.push(...due.toSorted((a, b) => a.t - b.t || a.id - b.id).map(({ id }) => id))
  }
  for (const row of input) {
    if (row.t < watermark) late.push(row.id)
    else if (held.length >= most) full.push(row.id)
    else held.push(row)
    move(row.t - disorder)
  }
  if (isOver) move(Infinity)
  return { out, late, full }
}

it(
  'sorts like the oracle for random streams, whatever the batches, and wherever it is stopped',
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(60), { maxLength: 40 }),
        fc.constantFrom(0, 3, 20, 100),
        fc.constantFrom(1, 3, 8, 1000),
        fc.constantFrom<number | readonly number[]>(1, [3, 1, 7], 1024),
        fc.nat(45),
        async (times, disorderMs, most, batch, stop) => {
          const input = rows(...times)
          const stopAfter = Math.min(stop, input.length)
          const expected = oracle(input, disorderMs, most, true)
          const begun = oracle(
            input.slice(0, stopAfter),
            disorderMs,
            most,
            stopAfter === input.length,
          )

          const whole = await run(input, { disorderMs, most, batch })
          const stopped = await run(input, { disorderMs, most, batch, stopAfter })

          expect(ids(whole.output)).toStrictEqual(expected.out)
          expect(
            ids((whole.outputs['late'] ?? []).map((late) => (late as { record: Row }).record)),
          ).toStrictEqual(expected.late)
          expect(ids(whole.rejected.map(({ record }) => record))).toStrictEqual(expected.full)
          expect(whole.counts.stateEntries).toStrictEqual({ 'global:held': 0 })
          expect(ids(stopped.output)).toStrictEqual(begun.out)
        },
      ),
      { numRuns: 200 },
    ),
)

it('gives the same whatever the order of arrival, as long as that is within the disorder', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step: fc.integer({ min: 1, max: 9 }), delay: fc.nat(20) }), {
        maxLength: 40,
      }),
      async (steps) => {
        let now = 0
        const sent = steps.map(({ step, delay }, id) => ({ t: (now += step), id, delay }))
        const arrived = sent.toSorted((a, b) => a.t + a.delay - b.t - b.delay)

        const { output, counts } = await run(arrived, { disorderMs: 20 })

        expect(output).toStrictEqual(sent)
        expect(counts.late).toBe(0)
      },
    ),
    { numRuns: 100 },
  ))
