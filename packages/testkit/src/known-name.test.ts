import { isMillraceError, renderError } from '@millrace/base'
import { expect, it } from 'vitest'
import { simulate } from './simulate/simulate.ts'

function refusal(options: object): string {
  try {
    simulate(options)
  } catch (error) {
    return isMillraceError(error) ? renderError(error) : String(error)
  }
  return 'nothing'
}

it('refuses modes and faults that a simulation does not know, with the nearest name', () => {
  expect(refusal({ mode: 'uniforn' })).toMatchInlineSnapshot(`
    "error[TST_OPTION]: mode is "uniforn", not a known name.
      next Did you mean "uniform"? Known: uniform, priority, swarm."
  `)
  expect(refusal({ faults: { crashInHandlr: 0.5 } })).toMatchInlineSnapshot(`
    "error[TST_OPTION]: A kind of faults is "crashInHandlr", not a known name.
      next Did you mean "crashInHandler"? Known: crashInHandler, slowHandler, neverSettles, crashBeforeEffect, crashAfterEffect, messageDelay, messageLoss, messageDuplicate, messageReorder, crashInFactory, crashInStop, killInDrain, mailboxFull, timerLate, clockJump, storeWriteFails."
  `)
})

it('refuses odds that are none', () => {
  for (const odds of [-0.1, 1.5, Number.NaN, { most: 1 }, '0.5', undefined]) {
    expect(refusal({ faults: { crashInHandler: odds } })).toContain('not a number from 0 to 1.')
  }
  expect(refusal({ faults: { crashInHandler: 0, slowHandler: 1 } })).toBe('nothing')
})
