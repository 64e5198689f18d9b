import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { checkAccount } from '../account.ts'
import { Dice } from '../dice.ts'
import { alwaysFails, spaced, stopped } from './budgets.ts'
import { firstStart } from './first-start.ts'
import { kept } from './kept.ts'
import { refused } from './refused.ts'
import type { Act, Stage } from './stage.ts'

interface World {
  readonly law: string
  readonly log: readonly string[]
  readonly check: () => void
}

const acts: readonly (readonly [string, Act])[] = [
  ['first start', firstStart],
  ['always fails', alwaysFails],
  ['spaced failures', spaced],
  ['stop between tries', stopped],
  ['refused', refused],
  ['kept children', kept],
]

/** One law of restarts at a time, of which every start can be foretold, on a tree and with times of the seed. */
const scenario: Scenario<World> = (simulation) => {
  const dice = new Dice(simulation)
  const stage: Stage = { simulation, dice, log: [] }
  const [law, act] = dice.pick(acts)
  return { law, log: stage.log, check: act(stage) }
}

const has = (law: string, line: string) => (world: World) =>
  world.law === law && world.log.some((each) => each.startsWith(line))

const checks: ExploreOptions<World> = {
  invariants: {
    'all messages are accounted for': (_world, simulation) => checkAccount(simulation),
  },
  always: { 'the law of the run': ({ check }) => check() },
  sometimes: {
    'a first start fails': has('first start', 'fails'),
    'a child has nothing to run': has('first start', 'ignores'),
    'a child starts ten times': ({ law, log }) =>
      law === 'always fails' && log.filter((line) => line === 'starts bad').length > 9,
    'a restart fails before the stop': has('stop between tries', 'fails'),
    'a tree is refused': has('refused', 'refused'),
    'a parent starts again': ({ law, log }) =>
      law === 'kept children' && log.filter((line) => line === 'runs parent').length > 1,
  },
  mode: 'swarm',
  maxTurns: 20_000,
}

export const restarts: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
