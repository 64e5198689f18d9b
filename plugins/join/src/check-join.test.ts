import { runStage } from '@millrace/testkit'
import { noExpressions } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { checkJoin } from './check-join.ts'
import { joinSchema } from './join-parameters.ts'
import { join } from './join.ts'
import { retained } from './retained.ts'

const surroundings = {
  ends: true,
  keys: ['id'],
  inputs: ['order', 'payment'],
  expressions: noExpressions,
}
const faults = (parameters: object, around: object = {}): readonly string[] =>
  checkJoin(joinSchema.parse(parameters), { ...surroundings, ...around }).map(
    ({ path, message, hint }) => `${path.join('.')}: ${message} ${hint}`,
  )

it('takes what says which records belong together', () => {
  for (const one of [
    { within: '5m' },
    { within: { before: '0s', after: '1h' } },
    { window: { tumbling: '1h', offset: '-5m' } },
    { table: 'payment', kind: 'anti' },
    { asOf: 'order', within: '1d' },
    { within: '5m', select: { id: 'order.id', all: 'record', at: 'eventTime()', two: 2 } },
    { window: { tumbling: '1h' }, select: { from: 'windowStart', to: 'windowEnd' } },
  ]) {
    expect(faults(one)).toEqual([])
  }
})

it('says what is wrong, and what to do', () => {
  const wrong: readonly (readonly [object, object?])[] = [
    [{}],
    [{ within: '5m', window: { tumbling: '1h' } }],
    [{ table: 'payment', within: '5m' }],
    [{ asOf: 'payment', within: { before: '5m', after: '1m' } }],
    [{ kind: 'full', table: 'payment' }],
    [{ kind: 'right', asOf: 'payment', within: '1h' }],
    [{ within: '5' }],
    [{ within: { before: '-1m', after: '1m' } }],
    [{ window: { tumbling: '0s' }, lateness: 'long' }],
    [{ table: 'paymnt' }],
    [{ asOf: 'rates' }],
    [{ within: '5m' }, { keys: ['payment'] }],
    [{ window: { tumbling: '1h' } }, { inputs: ['windowEnd', 'payment'] }],
    [{ within: '5m' }, { inputs: ['a', 'b', 'c'] }],
    [{ within: '5m' }, { inputs: ['left'] }],
    [{ within: '5m', select: { id: 'oder.id', sum: 'amount + payment.amount' } }],
    [{ within: '5m', select: { from: 'windowStart' } }],
  ]

  expect(wrong.flatMap(([parameters, around]) => faults(parameters, around)).join('\n'))
    .toMatchInlineSnapshot(`
      ": nothing says which records belong together. Name one of within, window, table, asOf, such as within: 5m.
      window: a join has either within or window. Keep one of them; within goes with asOf only.
      table: a join has either within or table. Keep one of them; within goes with asOf only.
      within: asOf looks back only. Write one length of time, such as within: 1h.
      kind: table gives results for records of the left only; got full. Use inner, left, semi or anti, or within instead.
      kind: asOf gives results for records of the left only; got right. Use inner, left, semi or anti, or within instead.
      within: must be a length of time with a unit; got "5". Write a number with a unit, such as 10s or 5m.
      within.before: must be a length of time with a unit; got "-1m". Write a number with a unit, such as 10s or 5m.
      lateness: must be a length of time with a unit; got "long". Write a number with a unit, such as 10s or 5m.
      window.tumbling: must be a length of time above 0; got "0s". Write a number with a unit, such as 10s or 5m.
      table: there is no input "paymnt". Did you mean "payment"?
      asOf: there is no input "rates". The inputs are order and payment.
      : results would have two fields "payment": that of the input and another one. Give the input another name in from, or use select.
      : results would have two fields "windowEnd": that of the input and another one. Give the input another name in from, or use select.
      : a join has two inputs; got 3. Join two of them, then the result with the next, in a stage of its own.
      : a join has two inputs; got 1. Name two with from: { order: orders, payment: payments }; in code: together({ order, payment }).
      select.id: there is no input "oder". Did you mean "order"?
      select.sum: there is no input "amount". Begin with the name of an input: order.amount or payment.amount.
      select.from: there is no input "windowStart". Begin with the name of an input: order.windowStart or payment.windowStart."
    `)
})

it('a join with one input is refused', async () => {
  const alone = runStage(join, { parameters: { within: '5m' }, inputs: ['left'], input: [] })

  await expect(alone).rejects.toThrow('a join has two inputs; got 1.')
})

it('explains what it keeps, and for how long', () => {
  const says = (parameters: object): string => retained(joinSchema.parse(parameters))

  expect(
    [
      { within: '5m' },
      { within: '5m', lateness: '10s' },
      { within: { before: '1m', after: '4m' } },
      { within: { before: '0s', after: '4m' } },
      { window: { tumbling: '1h' } },
      { window: { tumbling: '1h' }, lateness: '10s' },
      { table: 'payment' },
      { asOf: 'quote' },
      { asOf: 'quote', within: '1h', lateness: '10s' },
    ]
      .map(says)
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "It keeps a record until the watermark has passed it by 5m.
    It keeps a record until the watermark has passed it by 5m and 10s.
    It keeps a record of the first input until the watermark has passed it by 4m, one of the second until it has by 1m.
    It keeps a record of the first input until the watermark has passed it by 4m, one of the second until it has by 0s.
    It keeps a record until the watermark has passed the end of its window.
    It keeps a record until the watermark has passed the end of its window by 10s.
    It keeps a record until the watermark has passed it; of "payment" the latest of each key stays.
    It keeps a record until the watermark has passed it; of "quote" the latest of each key stays.
    It keeps a record until the watermark has passed it by 10s; of "quote" the latest of each key goes 1h later."
  `)
})
