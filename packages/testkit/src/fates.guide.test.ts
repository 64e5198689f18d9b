import { defineStage } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

interface Payment {
  readonly card: string
  readonly amount: number
}

// What is known needs none of the costly stages behind it.
const known = defineStage({
  name: 'known',
  summary: 'Lets payments of known cards leave the line.',
  parameters: z.strictObject({ cards: z.array(z.string()) }),
  keeps: 'nothing',
  exits: true,
  create: ({ parameters }) => ({
    process(payment: Payment, context) {
      if (payment.amount < 0) return context.reject('NEGATIVE', 'The amount is below zero.')
      if (payment.amount === 0) return context.skip('nothing to pay')
      if (parameters.cards.includes(payment.card)) {
        return context.exit('known card', { ...payment, score: 0 })
      }
      return payment
    },
  }),
})

it('gives each payment one fate', async () => {
  const input = [
    { card: 'a', amount: 5 },
    { card: 'b', amount: 5 },
    { card: 'b', amount: 0 },
    { card: 'b', amount: -1 },
  ]

  const run = await runStage(known, { parameters: { cards: ['a'] }, input })

  expect(run.output).toEqual([{ card: 'b', amount: 5 }])
  expect(run.outputs['exit']).toEqual([{ card: 'a', amount: 5, score: 0 }])
  expect(run.reasons).toEqual({ 'nothing to pay': 1 })
  expect(run.rejected.map(({ code }) => code)).toEqual(['NEGATIVE'])
  expect(run.counts).toMatchObject({ in: 4, used: 2, filtered: 1, dead: 1 })
})

stageLaws(known, {
  parameters: [{ cards: ['a'] }],
  records: fc.record({
    card: fc.constantFrom('a', 'b'),
    amount: fc.integer({ min: -2, max: 9 }),
  }),
})
