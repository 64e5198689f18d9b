import type { Backoff, Budget, RestartType } from './actor.ts'
import type { AutoShutdown, Strategy } from './supervisor-spec.ts'

/** One child of a generated tree; a supervisor has `children`. */
export interface Plan {
  readonly id: string
  readonly restart: RestartType
  readonly significant: boolean
  readonly backoff?: Backoff
  readonly budget?: Budget
  readonly supervisor?: {
    readonly strategy: Strategy
    readonly budget: Budget
    readonly autoShutdown: AutoShutdown
    readonly children: readonly Plan[]
  }
}

interface Node {
  readonly plan: Plan
  readonly path: string
  readonly parent: Node | undefined
  /** `down`: stopped with its group; `waiting`: for its delay, or its turn. */
  state: 'down' | 'waiting' | 'up' | 'ended'
  count: number
  delays: number
  begunMs: number
  /** Of a supervisor, and of a child with a budget of its own. */
  log: number[]
  ownLog: number[]
  children: Node[]
}

/** A supervision tree on plain objects, written from OTP's published rules: everything happens at once, only delays take time. */
export class ModelTree {
  readonly trace: string[] = []
  readonly root: Node
  nowMs = 0
  /** True once two delays ended at the same instant: what comes first is then anybody's choice. */
  isAmbiguous = false
  /** How many starts of a path are still to fail. */
  readonly #failures = new Map<string, number>()
  /** Those that end at this instant and are not decided upon yet. */
  #exiting: Node[] = []
  /** What comes after all that is decided at this instant: granted starts, and tries after a failed one. */
  #turns: { readonly node: Node; run(): void }[] = []
  #timers: { readonly dueMs: number; readonly node: Node }[] = []

  /** `firstFails`: paths whose first start fails. */
  constructor(plan: Plan, firstFails: readonly string[] = []) {
    for (const path of firstFails) this.#failures.set(path, 1)
    this.root = makeNode(plan, undefined)
    if (!this.#start(this.root)) this.root.state = 'ended'
  }

  failNext(path: string, count: number): void {
    this.#failures.set(path, count)
  }

  find(path: string, from: Node = this.root): Node | undefined {
    if (from.path === path) return from
    return from.children.map((child) => this.find(path, child)).find((found) => found !== undefined)
  }

  /** A leaf ends by itself. */
  exit(node: Node, isCrash: boolean): void {
    this.exitTogether([node], isCrash)
  }

  /** Leaves end by themselves at one instant; a restart that is granted to one begins after the decision on the last. */
  exitTogether(nodes: readonly Node[], isCrash: boolean): void {
    this.#exiting = [...nodes]
    for (let node = this.#exiting.shift(); node !== undefined; node = this.#exiting.shift()) {
      this.#end(node)
      if (node.parent !== undefined) this.#decide(node.parent, node, isCrash)
    }
    this.#takeTurns()
  }

  terminate(parent: Node, node: Node): void {
    this.#stop(node)
    this.#settle(parent, node)
  }

  /** False when it does not start. */
  restart(node: Node): boolean {
    if (this.#start(node)) return true
    node.state = 'ended'
    return false
  }

  add(parent: Node, plan: Plan): boolean {
    const node = makeNode(plan, parent)
    parent.children.push(node)
    if (this.#start(node)) return true
    remove(parent, node)
    return false
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined || next.dueMs > untilMs) break
      if (this.#timers.some((other) => other !== next && other.dueMs === next.dueMs)) {
        this.isAmbiguous = true
      }
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.nowMs = next.dueMs
      const { parent } = next.node
      if (parent !== undefined) this.#haltAndStart(parent, next.node)
      this.#takeTurns()
    }
    this.nowMs = untilMs
  }

  stopAll(): void {
    this.#stop(this.root)
  }

  #start(node: Node): boolean {
    this.#cancel(node)
    node.count++
    const { supervisor } = node.plan
    if (supervisor === undefined) {
      const left = this.#failures.get(node.path) ?? 0
      this.#failures.set(node.path, Math.max(0, left - 1))
      this.trace.push(`${left > 0 ? 'fails' : 'starts'} ${node.path} ${node.count}`)
      node.state = left > 0 ? 'down' : 'up'
      node.begunMs = this.nowMs
      return left === 0
    }
    node.log = []
    node.children = supervisor.children.map((plan) => makeNode(plan, node))
    node.state = 'up'
    if (!node.children.every((child) => this.#start(child))) {
      this.#end(node)
      return false
    }
    node.begunMs = this.nowMs
    return true
  }

  /** The incarnation ends, whoever wants it. */
  #end(node: Node): void {
    this.#cancel(node)
    if (node.state === 'up') {
      if (node.plan.supervisor === undefined) this.trace.push(`stops ${node.path} ${node.count}`)
      const isDynamic = node.plan.supervisor?.strategy === 'dynamic'
      const children = isDynamic ? node.children : node.children.toReversed()
      for (const child of children) this.#stop(child)
      node.children = []
    }
    node.state = 'down'
  }

  #stop(node: Node): void {
    this.#end(node)
    node.state = 'ended'
  }

  #cancel(node: Node): void {
    this.#timers = this.#timers.filter((timer) => timer.node !== node)
    this.#turns = this.#turns.filter((turn) => turn.node !== node)
  }

  #takeTurns(): void {
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) turn.run()
  }

  #settle(parent: Node, node: Node): void {
    const isDynamic = parent.plan.supervisor?.strategy === 'dynamic'
    if (isDynamic || node.plan.restart === 'temporary') remove(parent, node)
  }

  #decide(parent: Node, node: Node, isCrash: boolean): void {
    const { restart, backoff, significant } = node.plan
    if (restart === 'temporary' || (restart === 'transient' && !isCrash)) {
      node.state = 'ended'
      this.#settle(parent, node)
      const { autoShutdown } = parent.plan.supervisor as { autoShutdown: AutoShutdown }
      const others = parent.children.filter(
        (child) => child.plan.significant && (child.state === 'up' || child.state === 'waiting'),
      )
      const isLast = autoShutdown === 'anySignificant' || others.length === 0
      if (significant && autoShutdown !== 'never' && isLast) this.#shutDown(parent)
      return
    }
    if (backoff !== undefined && this.nowMs - node.begunMs >= (backoff.resetAfterMs ?? 0)) {
      node.delays = 0
    }
    this.#attempt(parent, node)
  }

  #attempt(parent: Node, node: Node): void {
    const { supervisor } = parent.plan
    const { budget, backoff } = node.plan
    parent.log = this.#logged(parent.log, supervisor?.budget)
    node.ownLog = this.#logged(node.ownLog, budget)
    const isOver =
      parent.log.length > (supervisor?.budget.intensity ?? 0) ||
      (budget !== undefined && node.ownLog.length > budget.intensity)
    if (isOver) {
      remove(parent, node)
      this.#shutDown(parent)
      return
    }
    this.#haltGroup(parent, node)
    const delayMs =
      backoff === undefined
        ? 0
        : Math.min(backoff.maxMs, backoff.minMs * (backoff.factor ?? 2) ** node.delays++)
    if (delayMs === 0) {
      this.#haltAndStart(parent, node)
      return
    }
    node.state = 'waiting'
    this.#timers.push({ dueMs: this.nowMs + delayMs, node })
  }

  #logged(log: readonly number[], budget: Budget | undefined): number[] {
    if (budget?.intensity === Infinity) return []
    return [...log, this.nowMs].filter((at) => at >= this.nowMs - (budget?.periodMs ?? 0))
  }

  #groupOf(parent: Node, node: Node): Node[] {
    const strategy = parent.plan.supervisor?.strategy
    if (strategy === 'oneForAll') return [...parent.children]
    if (strategy === 'restForOne') return parent.children.slice(parent.children.indexOf(node))
    return [node]
  }

  #haltGroup(parent: Node, node: Node): void {
    for (const member of this.#groupOf(parent, node).toReversed()) {
      if (member.state === 'ended') continue
      this.#end(member)
      if (member.plan.restart === 'temporary') remove(parent, member)
    }
  }

  #haltAndStart(parent: Node, node: Node): void {
    if (!hasGroups(parent)) {
      // It has not ended for good, which counts where another one does at this instant.
      node.state = 'waiting'
      this.#turns.push({ node, run: () => this.#startAll(parent, [node]) })
      return
    }
    this.#haltGroup(parent, node)
    this.#startAll(parent, this.#groupOf(parent, node))
  }

  #startAll(parent: Node, nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (this.#start(node)) continue
      this.#turns.push({ node, run: () => this.#attempt(parent, node) })
      return
    }
  }

  #shutDown(node: Node): void {
    // They end before a stop reaches them, and nobody decides on them any more.
    for (const child of this.#exiting.splice(0)) this.#end(child)
    this.#end(node)
    if (node.parent === undefined) node.state = 'ended'
    else this.#decide(node.parent, node, false)
  }
}

function makeNode(plan: Plan, parent: Node | undefined): Node {
  const path = parent === undefined ? plan.id : `${parent.path}/${plan.id}`
  return {
    plan,
    path,
    parent,
    state: 'down',
    count: 0,
    delays: 0,
    begunMs: 0,
    log: [],
    ownLog: [],
    children: [],
  }
}

/** True if a failure concerns siblings, too. */
export function hasGroups({ plan }: Node): boolean {
  const strategy = plan.supervisor?.strategy
  return strategy === 'oneForAll' || strategy === 'restForOne'
}

function remove(parent: Node, node: Node): void {
  parent.children = parent.children.filter((child) => child !== node)
}
