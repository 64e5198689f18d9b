import { createRandom } from '@millrace/base'

import { TST_OPTION } from '../errors.ts'
import { knownName } from '../known-name.ts'
import type { Choices } from './choices.ts'
import { mixText } from './mix.ts'

/** What may go wrong in one process. */
export type FaultKind =
  | 'crashInHandler'
  | 'crashInFactory'
  | 'crashInStop'
  | 'crashBeforeEffect'
  | 'crashAfterEffect'
  | 'slowHandler'
  | 'neverSettles'
  | 'mailboxFull'
  | 'messageDelay'
  | 'messageLoss'
  | 'messageDuplicate'
  | 'messageReorder'
  | 'timerLate'
  | 'clockJump'
  | 'storeWriteFails'
  | 'killInDrain'

/** Where a fault may strike, and which. */
const points = {
  handler: ['crashInHandler', 'slowHandler', 'neverSettles'],
  effect: ['crashBeforeEffect', 'crashAfterEffect'],
  link: ['messageDelay', 'messageLoss', 'messageDuplicate', 'messageReorder'],
  factory: ['crashInFactory'],
  stop: ['crashInStop', 'killInDrain'],
  mailbox: ['mailboxFull'],
  timer: ['timerLate'],
  clock: ['clockJump'],
  store: ['storeWriteFails'],
} as const satisfies Record<string, readonly FaultKind[]>

export type FaultPoint = keyof typeof points

/** All kinds of faults. */
export const faultKinds: readonly FaultKind[] = Object.values(points).flat()

/** How likely each kind strikes where it can, 0 to 1; `all` is 1 % for each. */
export type Faults = 'all' | Partial<Record<FaultKind, number>>

/** Throws TST_OPTION for kinds that do not exist and odds that are none. */
export function checkFaults(faults: Faults | undefined): void {
  if (faults === undefined || faults === 'all') return
  for (const [kind, odds] of Object.entries(faults)) {
    knownName('A kind of faults', kind, faultKinds)
    if (typeof odds === 'number' && odds >= 0 && odds <= 1) continue
    const expected = 'a number from 0 to 1'
    throw TST_OPTION({
      option: `faults.${kind}`,
      value: JSON.stringify(odds) ?? 'undefined',
      expected,
      hint: 'Give how likely it strikes where it can, such as 0.05.',
    })
  }
}

const ODDS_OF_ALL = 0.01
const SWARM_SHARE = 0.5

interface Odds {
  readonly kinds: readonly FaultKind[]
  readonly limits: readonly number[]
  readonly total: number
}

/** Decides where faults strike. */
export class FaultPlan {
  /** How often each kind struck. */
  readonly counts: Partial<Record<FaultKind, number>> = {}
  /** False once faults are over: then nothing is drawn any more. */
  isOn = true
  readonly #choices: Choices
  readonly #chance: () => number
  readonly #isSwarm: boolean
  readonly #seed: number
  readonly #odds: Partial<Record<FaultPoint, Odds>> = {}
  readonly #bugs = new Map<string, boolean>()

  /** In a swarm each kind takes part in about half of the seeds. */
  constructor(
    faults: Faults | undefined,
    parts: { seed: number; choices: Choices; chance: () => number; isSwarm: boolean },
  ) {
    const { chance, isSwarm } = parts
    this.#seed = parts.seed
    this.#choices = parts.choices
    this.#chance = chance
    this.#isSwarm = isSwarm
    if (faults === undefined) return
    const odds = faults === 'all' ? undefined : faults
    for (const [point, all] of Object.entries(points)) {
      const kinds: FaultKind[] = []
      const limits: number[] = []
      let total = 0
      for (const kind of all) {
        const share = odds === undefined ? ODDS_OF_ALL : (odds[kind] ?? 0)
        if (share === 0 || (isSwarm && chance() >= SWARM_SHARE)) continue
        total += share
        kinds.push(kind)
        limits.push(total)
      }
      if (total > 0) this.#odds[point as FaultPoint] = { kinds, limits, total }
    }
  }

  /** True if anything can strike at `point`. */
  has(point: FaultPoint): boolean {
    return this.isOn && this.#odds[point] !== undefined
  }

  /** The fault that strikes now, if any. */
  draw(point: FaultPoint): FaultKind | undefined {
    const odds = this.#odds[point]
    if (odds === undefined || !this.isOn) return undefined
    const draw = this.#chance()
    const proposed = draw >= odds.total ? 0 : odds.limits.findIndex((limit) => draw < limit) + 1
    const chosen = this.#choices.take(odds.kinds.length + 1, proposed)
    if (chosen === 0) return undefined
    const kind = odds.kinds[chosen - 1]
    if (kind !== undefined) this.counts[kind] = (this.counts[kind] ?? 0) + 1
    return kind
  }

  /** A whole number from 0 to `most`: how large a fault is, how many items a scenario has. */
  amount(most: number): number {
    return this.#choices.take(most + 1, Math.floor(this.#chance() * (most + 1)))
  }

  /** True with chance `odds`; in a swarm, names take part in about half of the seeds. */
  bug(name: string, odds: number): boolean {
    if (!this.isOn) return false
    let takesPart = this.#bugs.get(name)
    if (takesPart === undefined) {
      // Of the seed and the name alone, so that shortened choices do not change it.
      takesPart = !this.#isSwarm || createRandom(mixText(this.#seed, name))() < SWARM_SHARE
      this.#bugs.set(name, takesPart)
    }
    if (!takesPart) return false
    return this.#choices.take(2, this.#chance() < odds ? 1 : 0) === 1
  }
}
