import type { ActorRef, ActorSpec, RestartType } from './actor.ts'
import type { Alarm } from './alarms.ts'
import { Cell } from './cell.ts'
import {
  type Child,
  type ChildPolicy,
  type ChildRecord,
  none,
  type StartListener,
} from './child.ts'
import { ACT_START, ACT_STOPPED } from './errors.ts'
import { Family, type FamilyExit } from './family.ts'
import { inspectChildren, inspectShared } from './inspect-child.ts'
import type { Services } from './services.ts'
import { deleteChild, restartChild, startChild, terminateChild } from './supervisor-commands.ts'
import type {
  ChildHandle,
  ChildSpec,
  Supervisor,
  SupervisorSpec,
  SupervisorState,
} from './supervisor-spec.ts'
import { checkChildSpec, isSupervisorSpec } from './validate-spec.ts'

type Phase = 'down' | 'backingOff' | 'up' | 'stopped'

/** A supervisor: a family for each of its incarnations, and itself a child of another family. */
export class SupervisorNode implements Supervisor, Child {
  readonly id: string
  readonly restart: RestartType
  record: ChildRecord | undefined
  readonly #services: Services
  readonly #owner: Family
  readonly #spec: SupervisorSpec
  #phase: Phase = 'down'
  #incarnation = 0
  #family: Family
  #startListener: StartListener | undefined
  /** Why the last incarnation ended, or could not start. */
  #cause: unknown
  #deadline: Alarm | undefined
  #endWaiters: (() => void)[] = []
  #startWaiters: { resolve(): void; reject(error: unknown): void }[] = []

  constructor(owner: Family, spec: SupervisorSpec) {
    this.id = spec.id
    this.restart = spec.restart ?? owner.defaultRestart
    this.#services = owner.services
    this.#owner = owner
    this.#spec = spec
    this.#family = this.#makeFamily()
  }

  get path(): string {
    return `${this.#owner.path}/${this.id}`
  }

  get policy(): ChildPolicy {
    return this.#spec
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get state(): string {
    return this.#phase === 'up' ? this.#family.state : this.#phase
  }

  isDown(): boolean {
    return this.#phase === 'down' || this.#phase === 'backingOff'
  }

  hasEnded(): boolean {
    return this.#phase === 'stopped'
  }

  begin(listener: StartListener): void {
    this.#phase = 'up'
    this.#incarnation++
    this.#cause = undefined
    this.#startListener = listener
    const family = this.#makeFamily()
    this.#family = family
    const children = (this.#spec.children ?? []).map((spec) => this.#makeChild(spec, family))
    family.start(children, () => {
      this.#startListener = undefined
      for (const waiter of this.#startWaiters.splice(0)) waiter.resolve()
      listener(this, 'started', undefined)
    })
  }

  cancelStart(): void {
    if (this.#phase === 'up') this.#family.cancelStart()
  }

  backOff(): void {
    this.#phase = 'backingOff'
  }

  halt(done: () => void): void {
    if (this.isDown()) {
      this.#phase = 'down'
      done()
      return
    }
    this.#stopFamily((isOwn) => {
      if (isOwn && this.#phase === 'up') this.#phase = 'down'
      if (isOwn) this.#startFailed(ACT_STOPPED({ path: this.path }))
      done()
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopThen(resolve)
    })
  }

  stopThen(done: () => void): void {
    if (this.hasEnded()) {
      done()
      return
    }
    this.#endWaiters.push(done)
    if (this.isDown()) this.#finish()
    else {
      this.#stopFamily((isOwn) => {
        if (isOwn) this.#finish()
      })
    }
  }

  kill(): void {
    this.#family.kill()
    this.#finish()
  }

  renew(): Child {
    this.#phase = 'down'
    return this
  }

  started(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#phase === 'up' && this.#family.isRunning) resolve()
      else if (this.hasEnded()) reject(this.#cause ?? ACT_STOPPED({ path: this.path }))
      else this.#startWaiters.push({ resolve, reject })
    })
  }

  start<M>(spec: ActorSpec<M>): Promise<ActorRef<M>>
  start(spec: SupervisorSpec): Promise<Supervisor>
  async start<M>(spec: ActorSpec<M> | SupervisorSpec): Promise<ActorRef<M> | Supervisor> {
    checkChildSpec(spec, this.#spec)
    const family = this.#liveFamily()
    const child = await startChild(family, () => this.#makeChild(spec, family))
    return child as unknown as ActorRef<M> | Supervisor
  }

  async terminateChild(id: string): Promise<void> {
    await terminateChild(this.#liveFamily(), id)
  }

  async restartChild(id: string): Promise<ChildHandle> {
    return handleOf(await restartChild(this.#liveFamily(), id))
  }

  async deleteChild(id: string): Promise<void> {
    await deleteChild(this.#liveFamily(), id)
  }

  whichChildren(): readonly ChildHandle[] {
    return [...this.#family.children].map(handleOf)
  }

  inspect(): SupervisorState {
    return {
      kind: 'supervisor',
      ...inspectShared(this),
      strategy: this.#spec.strategy ?? 'oneForOne',
      budget: this.#family.restarts.budget.state(this.#services.runtime.monotonic()),
      children: inspectChildren(this.#family),
    }
  }

  #makeFamily(): Family {
    const services = this.#services
    const { strategy = 'oneForOne', intensity = 3, periodMs = 60_000 } = this.#spec
    return new Family({
      path: this.path,
      services,
      strategy,
      intensity,
      periodMs,
      autoShutdown: this.#spec.autoShutdown ?? 'never',
      isStatic: strategy !== 'dynamic',
      restart: 'permanent',
      givesUp: true,
      // The caller's code runs on its own, so that its failure cannot break a cell in the middle of a transition.
      onEscalate: (cause, childId) => {
        if (this.#spec.onEscalate === undefined) return
        services.runtime.schedule(() => this.#spec.onEscalate?.(cause, childId))
      },
      onExit: (exit) => this.#exited(exit),
    })
  }

  #makeChild(spec: ActorSpec<never> | ChildSpec, family: Family): Child {
    return isSupervisorSpec(spec) ? new SupervisorNode(family, spec) : new Cell(family, spec)
  }

  #liveFamily(): Family {
    if (this.#phase !== 'up') throw ACT_STOPPED({ path: this.path })
    return this.#family
  }

  #exited(exit: FamilyExit): void {
    this.#phase = 'down'
    if (exit.reason === 'startFailed') {
      this.#startFailed(ACT_START({ path: this.path, id: exit.childId }, {}, exit.cause))
      return
    }
    const { cause, causes } = exit
    this.#cause = cause
    const atMs = this.#services.runtime.monotonic()
    // OTP's exit reason `shutdown`: no crash, whatever the cause.
    const end = { isCrash: false, cause, message: none, atMs }
    this.#owner.exited(this, causes === undefined ? end : { ...end, causes })
  }

  #startFailed(cause: unknown): void {
    const listener = this.#startListener
    if (listener === undefined) return
    this.#startListener = undefined
    this.#cause = cause
    listener(this, 'failed', cause)
  }

  /** `done` is told whether the family that has ended is still that of this incarnation: of several who wait the first may have begun another one. */
  #stopFamily(done: (isOwn: boolean) => void): void {
    const { shutdownMs = Infinity } = this.#spec
    const family = this.#family
    if (Number.isFinite(shutdownMs) && shutdownMs > 0 && this.#deadline === undefined) {
      this.#deadline = this.#services.alarms.set(shutdownMs, () => family.kill())
    }
    family.stopThen(() => {
      const isOwn = this.#family === family
      if (isOwn) this.#clearDeadline()
      done(isOwn)
    })
    if (shutdownMs === 0) family.kill()
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#services.alarms.clear(this.#deadline)
    this.#deadline = undefined
  }

  #finish(): void {
    if (this.hasEnded()) return
    this.#phase = 'stopped'
    this.#clearDeadline()
    this.#owner.ended(this)
    this.#services.events.ended(this, this.#cause)
    this.#startFailed(ACT_STOPPED({ path: this.path }))
    const error = this.#cause ?? ACT_STOPPED({ path: this.path })
    for (const waiter of this.#startWaiters.splice(0)) waiter.reject(error)
    for (const done of this.#endWaiters.splice(0)) done()
  }
}

function handleOf(child: Child): ChildHandle {
  const { id } = child
  if (child instanceof SupervisorNode) {
    return { kind: 'supervisor', id, state: child.state, supervisor: child }
  }
  const ref = child as Cell<unknown>
  return { kind: 'actor', id, state: ref.state, ref }
}
