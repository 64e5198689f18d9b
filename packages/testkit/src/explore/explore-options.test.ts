import { expect, it } from 'vitest'

import { simulate } from '../simulate/simulate.ts'
import { checkDeterminism } from './check-determinism.ts'
import { explore } from './explore.ts'
import type { ExploreOptions } from './explore-options.ts'

const still = (): void => {}

it.each([
  [{ sed: 1 }, 'An option of explore is "sed", not a known name.'],
  [{ minutes: -1 }, 'minutes is -1, not a number of at least 0.'],
  [{ minutes: Number.NaN }, 'minutes is NaN, not a number of at least 0.'],
  [{ choicesMax: -1 }, 'choicesMax is -1, not a whole number of at least 0.'],
  [{ shrinkRuns: 0.5 }, 'shrinkRuns is 0.5, not a whole number of at least 0.'],
  [{ maxTurns: 0 }, 'maxTurns is 0, not a whole number of at least 1.'],
  [{ forMs: '5' }, 'forMs is 5, not a number of at least 0.'],
  [{ within: -1 }, 'within is -1, not a number of at least 0.'],
  [{ mode: 'exhausting' }, 'mode is "exhausting", not a known name.'],
  [{ faults: { slowHandlr: 1 } }, 'A kind of faults is "slowHandlr", not a known name.'],
])('explore refuses %j', async (options: object, message) => {
  let runs = 0

  const report = explore(() => void runs++, options)

  await expect(report).rejects.toMatchObject({ code: 'TST_OPTION', message })
  expect(runs).toBe(0)
})

it.each([
  [{ sead: 1 }, 'An option of simulate is "sead", not a known name.'],
  [{ seed: 'x' }, 'seed is x, not a whole number of at least 0.'],
  [{ seed: 1.5 }, 'seed is 1.5, not a whole number of at least 0.'],
  [{ choices: ['a'] }, 'One of choices is a, not a whole number of at least 0.'],
  [{ choices: [0, -1] }, 'One of choices is -1, not a whole number of at least 0.'],
  [{ choices: '0*3.1' }, 'choices is 0*3.1, not a list of whole numbers.'],
  [{ maxTurns: 0 }, 'maxTurns is 0, not a whole number of at least 1.'],
  [{ startMs: Number.NaN }, 'startMs is NaN, not a number.'],
])('simulate refuses %j', (options: object, message) => {
  const make = () => simulate(options)

  expect(make).toThrow(expect.objectContaining({ code: 'TST_OPTION', message }))
})

it('names the option that is meant, and those there are', async () => {
  const report = explore(still, { seed: 1 } as ExploreOptions<unknown>)

  await expect(report).rejects.toMatchObject({
    hint: 'Did you mean "seeds"? Known: name, seeds, minutes, firstSeed, mode, choicesMax, faults, faultsIn, maxTurns, shrinkRuns, invariants, always, sometimes, liveness, within, forMs.',
  })
})

it('checkDeterminism takes the options of simulate and no others', async () => {
  const checked = checkDeterminism(still, 1, { maxTurn: 5 } as object)

  await expect(checked).rejects.toMatchObject({
    code: 'TST_OPTION',
    message: 'An option of simulate is "maxTurn", not a known name.',
  })
})

it('an exhaustive search of no choices is one run', async () => {
  const report = await explore(still, { mode: 'exhaustive', choicesMax: 0 })

  expect(report).toMatchObject({ runs: 1, isComplete: true })
})
