import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { checkDeterminism } from './explore/check-determinism.ts'
import { explore } from './explore/explore.ts'
import { checkActorLaws } from './laws/actor-laws.ts'
import { checkStageLaws } from './laws/stage-laws.ts'
import { mutants } from './laws/stage-mutants.test-support.ts'

const broken = {
  name: 'broken',
  always: { never: () => false },
}
const scenario = (): undefined => undefined
const actor = { id: 'a', create: () => ({ receive: () => undefined }) }

const none = [0, -1, 0.5, Number.NaN, Infinity]

describe('a test that would run nothing is refused', () => {
  it.each(none)('laws of stages: %d runs', async (runs) => {
    const [mutant] = mutants

    await expect(
      checkStageLaws(mutant!.stage, { records: fc.constant({}), runs }),
    ).rejects.toMatchObject({
      code: 'TST_OPTION',
      message: `runs is ${runs}, not a whole number of at least 1.`,
      hint: 'Give a whole number of at least 1, or leave it out.',
    })
  })

  it.each(none)('laws of actors: %d runs', async (runs) => {
    await expect(checkActorLaws(actor, { messages: fc.constant('x'), runs })).rejects.toMatchObject(
      { code: 'TST_OPTION' },
    )
  })

  it.each(none)('explorations: %d seeds', async (seeds) => {
    await expect(explore(scenario, { ...broken, seeds })).rejects.toMatchObject({
      code: 'TST_OPTION',
      message: `seeds is ${seeds}, not a whole number of at least 1.`,
    })
  })

  it.each([0, Number.NaN, []])('determinism: %j seeds', async (seeds) => {
    await expect(checkDeterminism(scenario, seeds)).rejects.toMatchObject({ code: 'TST_OPTION' })
  })
})

it('refuses a first seed that is no whole number', async () => {
  await expect(explore(scenario, { firstSeed: Number.NaN })).rejects.toThrow(
    'firstSeed is NaN, not a whole number of at least 0.',
  )
})

it.each([
  ['MILLRACE_SEEDS', '0', 'MILLRACE_SEEDS is "0", not a whole number of at least 1.'],
  ['MILLRACE_SEEDS', 'many', 'MILLRACE_SEEDS is "many", not a whole number of at least 1.'],
  ['MILLRACE_SEEDS', '', 'MILLRACE_SEEDS is "", not a whole number of at least 1.'],
  ['MILLRACE_FIRST_SEED', '1.5', 'MILLRACE_FIRST_SEED is "1.5", not a whole number of at least 0.'],
  [
    'MILLRACE_REPLAY',
    'broken',
    'MILLRACE_REPLAY is "broken", not the name of a scenario, a seed and choices.',
  ],
  [
    'MILLRACE_REPLAY',
    'broken:x:0*2.1',
    'MILLRACE_REPLAY is "broken:x:0*2.1", not the name of a scenario, a seed and choices.',
  ],
])('refuses an environment with %s=%s', async (variable, value, message) => {
  vi.stubEnv(variable, value)
  try {
    await expect(explore(scenario, broken)).rejects.toMatchObject({ code: 'TST_OPTION', message })
  } finally {
    vi.unstubAllEnvs()
  }
})

it('takes the seed 0 from the environment, which a shell may well draw', async () => {
  vi.stubEnv('MILLRACE_FIRST_SEED', '0')
  try {
    expect(await explore(scenario, { seeds: 1 })).toMatchObject({ runs: 1, firstSeed: 0 })
  } finally {
    vi.unstubAllEnvs()
  }
})
