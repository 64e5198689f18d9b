import type { AutoShutdown, Backoff, Budget, RestartType, Strategy } from '@millrace/core'

import type { Dice } from '../dice.ts'

/** An actor of a generated tree: how it starts and stops; what it handles comes from the script. */
export interface ActorPlan {
  readonly kind: 'actor'
  readonly id: string
  readonly restart: RestartType
  readonly significant: boolean
  readonly shutdownMs: number
  readonly backoff: Backoff | undefined
  readonly budget: Budget | undefined
  /** How long `create` takes; 0 is synchronous. */
  readonly startMs: number
  /** One start in so many fails, the first of a life and the later ones apart. */
  readonly failsOneIn: readonly [number, number]
  /** One start in so many finds nothing to run. */
  readonly ignoresOneIn: number
  readonly stop: 'at once' | 'throws' | 'slowly'
  /** How many children it spawns while it starts. */
  readonly spawns: number
  /** Whether these outlive its restarts. */
  readonly keepsChildren: boolean
}

export interface SupervisorPlan {
  readonly kind: 'supervisor'
  readonly id: string
  readonly strategy: Strategy
  readonly intensity: number
  readonly periodMs: number
  readonly autoShutdown: AutoShutdown
  readonly restart: RestartType
  readonly significant: boolean
  readonly shutdownMs: number
  readonly backoff: Backoff | undefined
  /** The first is an actor: its first incarnation shows that a new life of the supervisor begins. */
  readonly children: readonly Plan[]
}

export type Plan = ActorPlan | SupervisorPlan

const strategies = ['oneForOne', 'oneForAll', 'restForOne', 'dynamic'] as const
const restarts = ['permanent', 'transient', 'temporary'] as const

/** A tree of supervisors, up to three levels. */
export function planTree(dice: Dice): SupervisorPlan {
  return planSupervisor(dice, { id: 'root', depth: 1, autoShutdown: 'never' })
}

interface Place {
  readonly id: string
  readonly depth: number
  /** Of the supervisor above. */
  readonly autoShutdown: AutoShutdown
}

function planSupervisor(dice: Dice, place: Place): SupervisorPlan {
  const { id, depth } = place
  const strategy = dice.pick(strategies.slice(0, depth === 1 ? 3 : 4))
  const hasGroup = strategy === 'oneForAll' || strategy === 'restForOne'
  const autoShutdown = dice.pick(['never', 'never', 'anySignificant', 'allSignificant'] as const)
  const { restart, significant } = planRestart(dice, place.autoShutdown)
  const count = strategy === 'dynamic' ? 0 : dice.number(1, depth === 1 ? 4 : 3)
  const children: Plan[] = []
  for (let index = 0; index < count; index++) {
    const child = { id: `${depth === 1 ? 'c' : 'g'}${index}`, depth: depth + 1, autoShutdown }
    const isBranch = index > 0 && depth < 3 && dice.once(3)
    children.push(isBranch ? planSupervisor(dice, child) : planActor(dice, child))
  }
  return {
    kind: 'supervisor',
    id,
    strategy,
    intensity: dice.pick(depth === 1 ? [5, 10, 3, 1, 0] : [3, 1, 0, 2, 5]),
    // A group takes time to stop, so when its try was granted is not seen from outside: there all tries count.
    periodMs: hasGroup ? 1e9 : dice.pick([1e9, 100, 1000]),
    autoShutdown,
    restart: depth === 1 ? 'temporary' : restart,
    significant: depth > 1 && significant,
    shutdownMs: dice.pick([Infinity, Infinity, 0, 60]),
    backoff: dice.pick([undefined, undefined, { minMs: 20, maxMs: 100, jitter: 0.5 }]),
    children,
  }
}

/** An actor under a supervisor with that kind of shutdown. */
export function planActor(dice: Dice, { id, depth, autoShutdown }: Place): ActorPlan {
  return {
    kind: 'actor',
    id,
    ...planRestart(dice, autoShutdown),
    shutdownMs: dice.pick([5000, 0, 50, Infinity]),
    backoff: dice.pick([
      undefined,
      undefined,
      { minMs: 10, maxMs: 80 },
      { minMs: 5, maxMs: 40, jitter: 0.5, resetAfterMs: 100 },
    ]),
    budget: dice.once(6) ? { intensity: 1, periodMs: 200 } : undefined,
    startMs: dice.pick([0, 0, 0, 5, 40]),
    failsOneIn: dice.pick([
      [1000, 1000],
      [40, 4],
      [1000, 2],
    ] as const),
    ignoresOneIn: dice.pick([1000, 1000, 1000, 3]),
    stop: dice.pick(['at once', 'at once', 'throws', 'slowly']),
    spawns: depth < 5 && dice.once(4) ? dice.number(1, 2) : 0,
    keepsChildren: dice.once(2),
  }
}

function planRestart(
  dice: Dice,
  autoShutdown: AutoShutdown,
): { readonly restart: RestartType; readonly significant: boolean } {
  const restart = dice.pick(restarts)
  return {
    restart,
    significant: restart !== 'permanent' && autoShutdown !== 'never' && dice.once(2),
  }
}

/** A tree as indented lines, one a child. */
export function describePlan(plan: Plan, indent = ''): string {
  const { children, ...settings } = { children: [], ...plan }
  const own = JSON.stringify(settings, (_key, value: unknown) =>
    value === Infinity ? 'Infinity' : value,
  )
  return [`${indent}${own}`, ...children.map((child) => describePlan(child, `${indent}  `))].join(
    '\n',
  )
}
