import { type ActorContext, type ActorSpec, type Behavior, ignore } from '@millrace/core'
import type { Simulation } from '@millrace/testkit'

import type { Dice } from '../dice.ts'

/** What one run happens on. */
export interface Stage {
  readonly simulation: Simulation
  readonly dice: Dice
  /** What the actors did, in order. */
  readonly log: string[]
}

/** One law under way: throws when it is over and was broken. */
export type Act = (stage: Stage) => () => void

/** What an actor does when it starts. */
export type Beginning = 'runs' | 'ignores' | 'fails'

export interface Role {
  readonly id: string
  readonly begins?: (context: ActorContext<string>) => Beginning
  readonly receives?: (message: string, context: ActorContext<string>) => void
  /** How long starts and stops take, ms; 0 is synchronous. Default: of the dice. */
  readonly takesMs?: number
}

/** What an actor throws that cannot start. */
export class CannotStart extends Error {}

/** An actor that notes what it does. It has all the time that it wants to stop. */
export function actor(stage: Stage, role: Role): ActorSpec<string> {
  const { dice, log, simulation } = stage
  const { begins = () => 'runs', id, receives = () => {} } = role
  const startMs = role.takesMs ?? dice.pick([0, 0, 3, 10])
  const stopMs = role.takesMs ?? dice.pick([0, 0, 4, 20])
  const behavior: Behavior<string> = {
    receive: receives,
    async onStop() {
      log.push(`stops ${id}`)
      if (stopMs > 0) await simulation.sleep(stopMs)
      log.push(`stopped ${id}`)
    },
  }
  const begin = (context: ActorContext<string>): Behavior<string> | typeof ignore => {
    const beginning = begins(context)
    log.push(`${beginning} ${id}`)
    if (beginning === 'fails') throw new CannotStart(id)
    return beginning === 'ignores' ? ignore : behavior
  }
  return {
    id,
    shutdownMs: Infinity,
    create(context) {
      log.push(`starts ${id}`)
      return startMs === 0 ? begin(context) : simulation.sleep(startMs).then(() => begin(context))
    },
  }
}

export function count(log: readonly string[], line: string): number {
  return log.filter((each) => each === line).length
}

export function same(what: string, got: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`)
}
