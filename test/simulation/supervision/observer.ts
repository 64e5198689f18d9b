import type { ActorEvents, ActorContext } from '@millrace/core'
import type { Simulation } from '@millrace/testkit'

import { Branch, Leaf, Life, type SelfEnd, type Task } from './nodes.ts'
import { describePlan } from './plan.ts'
import { startFaults } from './start-rules.ts'
import { grants, isRestartable } from './restart-rules.ts'

/** What a good share of the seeds must come to. */
export const sights = [
  'a child restarts alone',
  'a group restarts',
  'a supervisor gives up',
  'a supervisor restarts',
  'a significant child ends',
  'an orderly stop takes too long',
  'a child has nothing to run',
  'a child is kept',
] as const

/** Watches a tree from within its actors and through public events, and keeps books of its own on what may happen. */
export class Observer {
  readonly root: Branch
  readonly leaves = new Map<string, Leaf>()
  readonly branches = new Map<string, Branch>()
  readonly seen = new Set<(typeof sights)[number]>()
  readonly #simulation: Simulation
  #ends = 0
  #fault: Error | undefined

  constructor(simulation: Simulation, root: Branch) {
    this.#simulation = simulation
    this.root = root
    this.#follow(simulation.system.events)
  }

  get nowMs(): number {
    return this.#simulation.elapsedMs
  }

  /** The first breach of a law. What is thrown within an actor would be a crash of that actor. */
  breach(law: string): void {
    this.#fault ??= new Error(`${law} (at ${this.nowMs} ms)\n${describePlan(this.root.plan)}`)
  }

  verify(): void {
    if (this.#fault !== undefined) throw this.#fault
  }

  /** Actors that are still at work at `path` or below. */
  leftAt(path: string, besides?: Leaf): Leaf[] {
    const isBelow = (leaf: Leaf): boolean => leaf.path === path || leaf.path.startsWith(`${path}/`)
    return [...this.leaves.values()].filter(
      (leaf) => leaf !== besides && leaf.life?.isAlive(this.nowMs) === true && isBelow(leaf),
    )
  }

  /** The same without those that may outlive an incarnation of their parent. */
  aliveAt(path: string, besides?: Leaf): string[] {
    return this.leftAt(path, besides)
      .filter((leaf) => leaf.path === path || leaf.parent?.plan.keepsChildren !== true)
      .map((leaf) => leaf.path)
  }

  /** The factory of an incarnation runs. */
  created(leaf: Leaf, context: ActorContext<Task>): Life {
    leaf.ref = context.self
    for (const fault of startFaults(this, leaf, context.incarnation)) this.breach(fault)
    this.#checkKept(leaf)
    const life = new Life(leaf, context.incarnation, leaf.owner?.sequence ?? 0)
    leaf.life = life
    leaf.isDone = false
    if (leaf.command === 'restart') {
      life.isByCommand = true
      leaf.delays = undefined
      leaf.command = undefined
    }
    context.signal.addEventListener('abort', () => this.#over(life))
    return life
  }

  /** Over a restart of its parent a child that is kept ends by itself only. */
  #checkKept(leaf: Leaf): void {
    const { command, isDone, life: last, plan } = leaf
    // One that did not come up has spawned nobody; who was there before may have ended at the same instant.
    if (!plan.keepsChildren || command !== undefined || isDone || last?.wasUp !== true) return
    for (const { life, parent, path } of this.leaves.values()) {
      if (parent !== leaf || life?.wasUp !== true || life.selfEnd !== undefined) continue
      if ((life.overMs ?? -1) >= (last.overMs ?? Infinity)) {
        this.breach(`law 25: ${path} ended with an incarnation of its parent`)
      }
    }
  }

  /** An incarnation asked for a child, and got a new one or that of an earlier incarnation. */
  spawned(before: Leaf, isKept: boolean): void {
    const { parent, path } = before
    const isUp = before.life?.wasUp === true && before.life.overMs === undefined
    if (isKept) this.seen.add('a child is kept')
    if (isKept && parent?.plan.keepsChildren !== true) this.breach(`law 25: ${path} was kept`)
    if (!isKept && isUp) this.breach(`law 25: ${path} still runs, and is made anew`)
  }

  /** It ends by itself from here on. */
  ends(life: Life, how: SelfEnd): void {
    if (life.overMs !== undefined || life.stopBeganMs !== undefined) return
    life.selfEnd ??= how
    life.selfEndMs = this.nowMs
  }

  /** There is nothing to run: its specification stays, and nobody is told of a failure. */
  ignores(life: Life): void {
    this.seen.add('a child has nothing to run')
    life.isIgnored = true
    life.leaf.isDone = true
    life.leaf.delays = undefined
  }

  stopBegan(life: Life): void {
    const { leaf } = life
    life.stopBeganMs = this.nowMs
    // Who ends by itself loses its rights first: this one was stopped before it came to that.
    if (life.overMs === undefined) life.selfEnd = undefined
    if (life.isGone) this.breach(`law 4: onStop of ${leaf.path} ran after its end`)
    const below = this.aliveAt(leaf.path, leaf)
    if (below.length > 0) this.breach(`law 25: ${leaf.path} stops before ${below.join(', ')}`)
    if (life.overMs === undefined) {
      this.#checkOneInstant(life)
      if (leaf.plan.shutdownMs === 0) this.breach(`law 4: onStop of ${leaf.path}, killed at once`)
      this.#checkStopOrder(leaf)
    }
  }

  stopEnded(life: Life): void {
    if (life.isGone || life.leaf.life !== life) this.seen.add('an orderly stop takes too long')
    const isLatest = life.leaf.life === life
    if (isLatest && life.overMs !== undefined && !life.isGone && life.selfEnd !== undefined) {
      this.#gone(life)
    }
  }

  /** The rights of an incarnation have ended. */
  #over(life: Life): void {
    const { leaf, stopBeganMs } = life
    life.overMs = this.nowMs
    // An exit comes at once, unless a stop was before it: that takes its time.
    if (this.nowMs > life.selfEndMs) life.selfEnd = undefined
    const { shutdownMs } = leaf.plan
    // A stop that overtakes a restart has time of its own: for children, too, that were to be kept.
    const mostMs = leaf.plan.keepsChildren ? 2 * shutdownMs : shutdownMs
    if (stopBeganMs !== undefined && this.nowMs > stopBeganMs + mostMs) {
      this.breach(`law 4: ${leaf.path} was given more than ${mostMs} ms to stop`)
    }
    if (life.selfEnd === 'startFailed') this.#gone(life)
    if (life.selfEnd !== undefined) {
      // Its deadline may pass, and nobody sees when.
      const isSlow = (leaf.plan.stop === 'slowly' || leaf.plan.spawns > 0) && shutdownMs <= 100
      if (isSlow && leaf.owner !== undefined) leaf.owner.isVague = true
      return
    }
    life.isGone = true
    if (leaf.owner === undefined || leaf.command !== undefined || life.isIgnored) return
    if (leaf.owner.drawnAlong.size === 0) leaf.owner.drawnAs = ++this.#ends
    leaf.owner.drawnAlong.add(leaf.owner.children.indexOf(leaf))
    this.#checkStopOrder(leaf)
  }

  /** A child that failed or exited is down: its supervisor decides now, or when its turn comes. */
  #gone(life: Life): void {
    const { leaf } = life
    const { owner, plan } = leaf
    life.isGone = true
    // A supervisor that is starting decides later; after the deadline it decided before.
    const isInTime = this.nowMs < (life.overMs ?? 0) + plan.shutdownMs || plan.stop === 'at once'
    const isSeen = owner?.isUp === true && isInTime
    life.goneAs = ++this.#ends
    life.goneMs = isSeen ? this.nowMs : Number.NaN
    // What onStop throws after a while makes the end a later one.
    if (plan.stop === 'throws' && plan.spawns > 0) leaf.delays = undefined
    if (owner === undefined) return
    if (life.selfEnd === 'startFailed' && life.isByCommand) {
      // Whoever gave the command is told, and nobody tries again.
      leaf.command = 'terminate'
      return
    }
    if (life.selfEnd === 'startFailed' && life.incarnation === 1) {
      if (owner.plan.strategy !== 'dynamic') startFailed(owner)
      return
    }
    if (leaf.command !== undefined) {
      if (plan.significant) owner.cause ??= 'maybe'
      return
    }
    if (isRestartable(life)) {
      if (owner.hasGroups) return
      if (!owner.isUp) owner.isVague = true
      if (life.selfEnd === 'startFailed') owner.retryMs = this.nowMs
      life.isTied = owner.retryMs === this.nowMs
      life.mayRestart = grants(leaf, this.nowMs)
      return
    }
    leaf.isDone = true
    if (!plan.significant) return
    this.seen.add('a significant child ends')
    const { autoShutdown } = owner.plan
    // In a group it may have been drawn along by another failure before its end was known.
    const isCertain = autoShutdown === 'anySignificant' && owner.isUp && !owner.hasGroups
    owner.cause ??= isCertain ? 'significant' : 'maybe'
    if (owner.owner !== undefined) owner.owner.isVague = true
  }

  /** For good: also one that had not finished its orderly stop. */
  #stopped(life: Life): void {
    const isByItself = life.selfEnd !== undefined && !life.isGone && !isRestartable(life)
    if (isByItself) this.#gone(life)
    life.isGone = true
  }

  /** The children of a dynamic supervisor are asked to stop all at once. */
  #checkOneInstant({ leaf, busyUntilMs }: Life): void {
    const { owner } = leaf
    if (owner?.plan.strategy !== 'dynamic' || leaf.command !== undefined || leaf.plan.spawns > 0)
      return
    owner.stopMs ??= this.nowMs
    if (this.nowMs > owner.stopMs && busyUntilMs < owner.stopMs) {
      this.breach(`law 5: ${leaf.path} was asked to stop after the others`)
    }
  }

  /** Whoever is stopped by its supervisor stops after all that were started after it. */
  #checkStopOrder(leaf: Leaf): void {
    const { owner } = leaf
    if (owner === undefined || owner.plan.strategy === 'dynamic' || leaf.command !== undefined)
      return
    const later = owner.children.slice(owner.children.indexOf(leaf) + 1)
    const alive = later.flatMap((child) => this.aliveAt(child.path))
    if (alive.length > 0) this.breach(`law 3: ${leaf.path} is stopped before ${alive.join(', ')}`)
  }

  #follow(events: ActorEvents): void {
    events.on('stopped', ({ path }) => {
      const leaf = this.leaves.get(path)
      if (leaf?.life !== undefined) this.#stopped(leaf.life)
      const orphans = namesOf(this.leftAt(path))
      if (orphans.length > 0) this.breach(`law 15: ${orphans.join(', ')} outlived ${path}`)
    })
    events.on('started', ({ path }) => {
      const branch = this.branches.get(path)
      if (branch !== undefined) branch.isUp = true
    })
    events.on('restarted', ({ path }) => {
      const branch = this.branches.get(path)
      const owner = this.leaves.get(path)?.owner
      if (owner !== undefined) {
        this.seen.add(owner.hasGroups ? 'a group restarts' : 'a child restarts alone')
      }
      if (branch === undefined) return
      this.seen.add('a supervisor restarts')
      if (branch.plan.strategy === 'dynamic') this.#beginDynamic(branch)
      branch.isUp = true
    })
    events.on('escalated', ({ path, childId }) => {
      const branch = this.branches.get(path)
      if (branch === undefined) return
      this.seen.add('a supervisor gives up')
      this.#checkEscalation(branch, childId)
      branch.cause = 'escalated'
      if (branch.owner !== undefined) branch.owner.isVague = true
    })
  }

  #beginDynamic(branch: Branch): void {
    const alive = namesOf(this.leftAt(branch.path))
    if (alive.length > 0) this.breach(`law 16: ${alive.join(', ')} outlived ${branch.path}`)
    branch.children.length = 0
    branch.renew()
    const { owner } = branch
    if (owner?.hasGroups !== true) return
    // Its group began with it, unseen: temporary children behind it ended with that.
    for (const index of owner.children.keys()) {
      const isBehind = index > owner.children.indexOf(branch)
      if (isBehind && owner.children[index]?.plan.restart === 'temporary') {
        owner.drawnAlong.delete(index)
      }
    }
  }

  #checkEscalation(branch: Branch, childId: string): void {
    const { intensity } = branch.plan
    const child = branch.children.find(({ plan }) => plan.id === childId)
    if (branch.isVague || child?.kind !== 'actor') return
    const hasOwnBudget = branch.children.some(
      (each) => each.kind === 'actor' && (each.plan.budget ?? each.plan.backoff) !== undefined,
    )
    if (branch.hasGroups) {
      if (hasOwnBudget || branch.granted >= intensity) return
      this.breach(`law 11: ${branch.path} gave up after ${branch.granted} of ${intensity} restarts`)
    } else if (child.life?.mayRestart !== false && child.life?.isTied !== true) {
      this.breach(`law 11: ${branch.path} refused a restart of ${childId} that its budget allows`)
    }
  }
}

function namesOf(leaves: readonly Leaf[]): string[] {
  return leaves.map(({ path }) => path)
}

/** A supervisor that cannot start fails the one above, if that one is starting too. */
function startFailed(branch: Branch): void {
  branch.cause ??= 'startFailed'
  if (branch.owner === undefined) return
  branch.owner.isVague = true
  if (!branch.owner.isUp) startFailed(branch.owner)
}
