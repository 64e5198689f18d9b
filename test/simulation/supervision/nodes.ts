import type { ActorRef } from '@millrace/core'

import type { ActorPlan, SupervisorPlan } from './plan.ts'

export type SelfEnd = 'crash' | 'exit' | 'startFailed'

/** One incarnation as its own code saw it. */
export class Life {
  readonly leaf: Leaf
  readonly incarnation: number
  /** Which run through the children of its supervisor started it. */
  readonly sequence: number
  wasUp = false
  isByCommand = false
  /** There was nothing to run. */
  isIgnored = false
  handling = 0
  /** How it ended by itself, if it did. */
  selfEnd: SelfEnd | undefined
  selfEndMs = 0
  upMs = 0
  /** When it last finished a message. */
  busyUntilMs = 0
  /** Its rights are gone. */
  overMs: number | undefined
  /** The same, and it has stopped in the orderly way or was killed. */
  isGone = false
  /** When it was gone, after an end by itself. */
  goneMs: number | undefined
  /** The same as a place in the order of all ends. */
  goneAs = 0
  stopBeganMs: number | undefined
  /** What the books say about the restart after it. */
  mayRestart: boolean | undefined
  /** Another try at the same instant may have come before its own. */
  isTied = false

  constructor(leaf: Leaf, incarnation: number, sequence: number) {
    this.leaf = leaf
    this.incarnation = incarnation
    this.sequence = sequence
  }

  /** True while anything of it may still be at work. */
  isAlive(nowMs: number): boolean {
    if (this.isGone) return false
    return this.overMs === undefined || nowMs < this.overMs + this.leaf.plan.shutdownMs
  }
}

/** An actor of the tree. */
export class Leaf {
  readonly kind = 'actor'
  readonly path: string
  readonly plan: ActorPlan
  /** Undefined for those that actors spawn. */
  readonly owner: Branch | undefined
  readonly parent: Leaf | undefined
  /** Makes the times of its handlers different from those of all others, ms. */
  readonly offsetMs: number
  /** The incarnation that spawned it. */
  readonly parentLife: Life | undefined
  life: Life | undefined
  ref: ActorRef<Task> | undefined
  /** Ended by a command, or about to be started by one. */
  command: 'terminate' | 'restart' | undefined
  /** Ended by itself, for good. */
  isDone = false
  /** Tries that count against a budget of its own, ms. */
  tries: number[] = []
  /** Delays in a row; undefined where nobody outside can count them. */
  delays: number | undefined = 0

  constructor(plan: ActorPlan, path: string, above: Branch | Leaf) {
    this.plan = plan
    this.offsetMs = offsetOf(path)
    this.path = path
    this.owner = above.kind === 'supervisor' ? above : undefined
    this.parent = above.kind === 'actor' ? above : undefined
    this.parentLife = this.parent?.life
  }
}

/** A supervisor of the tree, as far as its children show what it does. */
export class Branch {
  readonly kind = 'supervisor'
  readonly path: string
  readonly plan: SupervisorPlan
  readonly owner: Branch | undefined
  readonly children: (Leaf | Branch)[] = []
  /** Counts runs through the children: the first start, and each restart of a group. */
  sequence = 0
  sequenceFrom = 0
  lastIndex = -1
  /** Restarts of a group so far. */
  granted = 0
  /** Tries within the period, ms. */
  tries: number[] = []
  /** When a restart last failed: the next try comes in a turn of its own. */
  retryMs: number | undefined
  /** Children that ended though they did not fail. */
  readonly drawnAlong = new Set<number>()
  /** When the first of them ended, as a place in the order of all ends. */
  drawnAs = 0
  /** Why this life must end. */
  cause: 'escalated' | 'significant' | 'maybe' | 'commanded' | 'startFailed' | undefined
  /** True once it was told that this life has started. */
  isUp = false
  /** True if the books of this life are not exact: a decision was made at a time that nobody saw. */
  isVague = false
  /** When its children, all at once, were asked to stop. */
  stopMs: number | undefined

  constructor(plan: SupervisorPlan, path: string, owner: Branch | undefined) {
    this.plan = plan
    this.path = path
    this.owner = owner
  }

  get hasGroups(): boolean {
    const { strategy } = this.plan
    return strategy === 'oneForAll' || strategy === 'restForOne'
  }

  /** A new incarnation of the supervisor: the books begin again. */
  renew(): void {
    this.sequence++
    this.sequenceFrom = 0
    this.lastIndex = -1
    this.granted = 0
    this.tries = []
    this.retryMs = undefined
    this.drawnAlong.clear()
    this.cause = undefined
    this.isVague = false
    this.isUp = false
    this.stopMs = undefined
    for (const child of this.children) {
      if (child.kind === 'supervisor') {
        child.renew()
        continue
      }
      child.life = undefined
      child.tries = []
      child.delays = 0
      child.isDone = false
      child.command = undefined
    }
  }
}

/** What the script asks an actor to do. */
export type Task =
  | { readonly kind: 'work' | 'crash' | 'exit' }
  | { readonly kind: 'workSlowly' | 'crashSlowly' | 'exitSlowly'; readonly ms: number }
  | { readonly kind: 'setTimer'; readonly ms: number }
  | { readonly kind: 'timer'; readonly incarnation: number }

/** A fraction of a millisecond that hardly another path has. */
function offsetOf(path: string): number {
  let hash = 7
  for (const letter of path) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 4093
  return (hash + 1) / 4096
}
