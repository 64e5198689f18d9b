import { runStage, type RunStageOptions } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { join } from './join.ts'

interface Event {
  readonly at: number
  readonly id?: number | null
  readonly orderId?: number | null
  readonly amount?: number
}

const order = (at: number, id: number | null, amount = 1): Event => ({ at, id, amount })
const payment = (at: number, orderId: number | null, amount = 1): Event => ({ at, orderId, amount })

const run = (parameters: object, input: readonly Event[], more: Partial<RunStageOptions> = {}) =>
  runStage(join, {
    parameters,
    inputs: ['order', 'payment'],
    by: { order: ['id'], payment: ['orderId'] },
    to: (record) => (Object.hasOwn(record as object, 'orderId') ? 'payment' : 'order'),
    timestamp: (record) => (record as Event).at,
    input,
    ...more,
  })

const orders = [order(0, 1), order(10, 2), order(20, 3)]
const payments = [payment(5, 1), payment(6, 1), payment(12, 4)]
const streams = [orders[0], payments[0], payments[1], orders[1], payments[2], orders[2]] as Event[]
const matched = [
  { id: 1, order: orders[0], payment: payments[0] },
  { id: 1, order: orders[0], payment: payments[1] },
]
const loneOrders = [
  { id: 2, order: orders[1], payment: null },
  { id: 3, order: orders[2], payment: null },
]
const lonePayment = { id: 4, order: null, payment: payments[2] }

describe('orders within 8 ms of payments', () => {
  it.each<readonly [string, unknown[]]>([
    ['inner', matched],
    ['left', [...matched, ...loneOrders]],
    ['right', [...matched, lonePayment]],
    ['full', [...matched, ...loneOrders, lonePayment]],
    ['semi', [orders[0]]],
    ['anti', [orders[1], orders[2]]],
  ])('%s gives what it says, once each', async (kind, results) => {
    const { output, counts } = await run({ kind, within: '8ms' }, streams)

    expect(output).toHaveLength(results.length)
    expect(output).toEqual(expect.arrayContaining(results))
    expect(counts).toMatchObject({ in: 6, used: 6, filtered: 0, late: 0 })
    expect(counts.stateEntries).toEqual({ left: 0, right: 0 })
  })

  it('a result has the later of the two times, one without a match the time of its record', async () => {
    const { output, timestamps } = await run({ kind: 'full', within: '8ms' }, streams)

    const times = output.map((result, index) => {
      return `${(result as { id: number }).id}@${timestamps['out']?.[index]}`
    })
    expect(times.toSorted()).toEqual(['1@5', '1@6', '2@10', '3@20', '4@12'])
  })

  it('a record without a match comes when none can come any more, and not before', async () => {
    const input = [order(0, 1), payment(8, 9), order(8, 9), payment(9, 7), order(9, 8)]
    const at8 = await run({ kind: 'left', within: '8ms' }, input, { stopAfter: 3 })
    const at9 = await run({ kind: 'left', within: '8ms' }, [...input, payment(9, 1)], {
      stopAfter: 5,
    })

    expect(at8.output).not.toContainEqual({ id: 1, order: input[0], payment: null })
    expect(at9.output).toContainEqual({ id: 1, order: input[0], payment: null })
  })
})

describe('the bounds of an interval', () => {
  it('are of the right one against the left one, and are part of it', async () => {
    const input = [payment(-60, 1), order(0, 1), payment(240, 1), payment(241, 1)]
    const within = { before: '60ms', after: '240ms' }

    expect((await run({ within }, input)).output).toEqual([
      { id: 1, order: input[1], payment: input[0] },
      { id: 1, order: input[1], payment: input[2] },
    ])
  })
})

describe('a window', () => {
  it('joins what is in it, and says which it is', async () => {
    const input = [order(9, 1), payment(10, 1), order(11, 1), payment(19, 1), payment(20, 1)]

    const { output } = await run({ window: { tumbling: '10ms' } }, input)

    expect(output).toEqual([
      { id: 1, windowStart: 10, windowEnd: 20, order: input[2], payment: input[1] },
      { id: 1, windowStart: 10, windowEnd: 20, order: input[2], payment: input[3] },
    ])
  })

  it('may begin elsewhere', async () => {
    const input = [order(9, 1), payment(10, 1)]
    const window = { tumbling: '10ms', offset: '-5ms' }

    expect((await run({ window }, input)).output).toEqual([
      { id: 1, windowStart: 5, windowEnd: 15, order: input[0], payment: input[1] },
    ])
  })
})

describe('a window of days', () => {
  it('is as long as the day of its zone', async () => {
    // The clocks of Berlin were set back on this day: it had 25 hours.
    const start = Date.UTC(2025, 9, 25, 22)
    const hours = (count: number): number => start + count * 3_600_000
    const input = [order(start, 1), payment(hours(24.5), 1), payment(hours(25), 1)]
    const window = { tumbling: '1d', zone: 'Europe/Berlin' }

    const { output } = await run({ kind: 'right', window }, input)

    expect(output).toEqual([
      { id: 1, windowStart: start, windowEnd: hours(25), order: input[0], payment: input[1] },
      {
        id: 1,
        windowStart: hours(25),
        windowEnd: hours(49),
        order: null,
        payment: input[2],
      },
    ])
  })
})

describe('a lookup', () => {
  it('finds what the table held at the time of the record, also when that comes later', async () => {
    const input = [
      payment(1, 1, 10),
      order(5, 1),
      payment(9, 1, 30),
      payment(5, 1, 20),
      order(8, 1),
    ]

    const { output, timestamps } = await run({ table: 'payment' }, input, { disorderMs: 5 })

    expect(output).toEqual([
      { id: 1, order: input[1], payment: input[3] },
      { id: 1, order: input[4], payment: input[3] },
    ])
    expect(timestamps['out']).toEqual([5, 8])
  })

  it('as of looks back so far and no further', async () => {
    const input = [payment(1, 1), order(4, 1), order(5, 1)]

    expect((await run({ kind: 'left', asOf: 'payment', within: '3ms' }, input)).output).toEqual([
      { id: 1, order: input[1], payment: input[0] },
      { id: 1, order: input[2], payment: null },
    ])
  })

  it('may be of the first input in the second', async () => {
    const input = [order(1, 1), payment(4, 1), order(5, 1)]

    expect((await run({ asOf: 'order' }, input)).output).toEqual([
      { id: 1, order: input[0], payment: input[1] },
    ])
  })
})

describe('a key with null in it', () => {
  it('matches nothing', async () => {
    const input = [order(0, null), payment(1, null)]

    const inner = await run({ within: '5ms' }, input)
    const full = await run({ kind: 'full', within: '5ms' }, input)
    const left = await run({ kind: 'left', table: 'payment' }, input)

    expect(inner.output).toEqual([])
    expect(inner.reasons).toEqual({ 'null key': 2 })
    expect(full.output).toEqual([
      { id: null, order: input[0], payment: null },
      { id: null, order: null, payment: input[1] },
    ])
    expect(left.output).toEqual([{ id: null, order: input[0], payment: null }])
    expect(left.reasons).toEqual({ 'null key': 1 })
  })
})

describe('a late record', () => {
  it('goes to its output and says how late it is', async () => {
    const input = [order(10, 1), payment(12, 1), order(9, 2)]

    const { outputs, counts } = await run({ within: '5ms' }, input)

    expect(outputs['late']).toEqual([
      { input: 'order', record: input[2], eventTime: 9, watermark: 10, lateBy: 1 },
    ])
    expect(counts).toMatchObject({ used: 2, late: 1 })
  })

  it('is taken within the lateness; in a window until its end', async () => {
    const input = [order(10, 1), payment(12, 1), order(9, 2), payment(7, 2)]

    const patient = await run({ within: '5ms', lateness: '2ms' }, input)
    const windowed = await run({ window: { tumbling: '11ms' } }, input)
    const past = await run({ window: { tumbling: '8ms' } }, input)

    expect(patient.outputs['late']).toMatchObject([{ record: input[3], lateBy: 1 }])
    expect(windowed.outputs['late']).toEqual([])
    expect(past.outputs['late']).toEqual([
      {
        input: 'payment',
        record: input[3],
        eventTime: 7,
        watermark: 10,
        windowStart: 0,
        windowEnd: 8,
        lateBy: 2,
      },
    ])
  })

  it('of a table still holds for what comes, where nothing newer is known', async () => {
    const input = [order(10, 1), payment(10, 2), payment(5, 1), payment(4, 1), order(11, 1)]

    const { output, outputs } = await run({ table: 'payment' }, input)

    expect(output).toContainEqual({ id: 1, order: input[4], payment: input[2] })
    expect(outputs['late']).toMatchObject([{ record: input[3], lateBy: 6 }])
  })
})

describe('select', () => {
  const select = { id: 'order.id', rest: 'order.amount - payment.amount', at: 'eventTime()', v: 1 }

  it('makes the result of expressions over the inputs', async () => {
    const input = [order(0, 1, 10), order(1, 2, 20), payment(3, 1, 4)]

    const { output } = await run({ kind: 'left', within: '5ms', select }, input)

    expect(output).toEqual([
      { id: 1, rest: 6, at: 3, v: 1 },
      { id: 2, rest: null, at: 1, v: 1 },
    ])
  })

  it('a record for which it fails is rejected, held or not; the others come', async () => {
    const text = 'seven' as unknown as number
    const input = [order(0, 1, text), order(0, 2), payment(3, 1), payment(4, 2)]

    const pairs = await run({ within: '5ms', select }, input)
    const lone = await run({ kind: 'left', within: '2ms', select }, input)
    const looked = await run({ asOf: 'order', select }, input)

    expect(pairs.rejected).toMatchObject([{ record: input[2], code: 'EXP_TYPE' }])
    expect(pairs.output).toEqual([{ id: 2, rest: 0, at: 4, v: 1 }])
    expect(lone.rejected).toMatchObject([])
    expect(looked.rejected).toMatchObject([{ record: input[2], code: 'EXP_TYPE' }])
    expect(looked.counts).toMatchObject({ in: 4, used: 3, dead: 1 })
    expect(looked.output).toEqual([{ id: 2, rest: 0, at: 4, v: 1 }])
  })
})
