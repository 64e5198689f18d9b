import { backoffDelay, resetAfterMs } from './backoff.ts'
import { type Child, type ChildRecord, type End, keepLast, none, recordOf } from './child.ts'
import { SupervisorEvent } from './lifecycle.table.ts'
import { RestartBudget } from './restart-budget.ts'
import type { Services } from './services.ts'
import type { Cause, Strategy } from './supervisor-spec.ts'

/** What restarts need of their family. */
export interface RestartHost {
  readonly isRunning: boolean
  readonly children: Iterable<Child>
  has(child: Child): boolean
  begin(child: Child, done: (outcome: string, cause: unknown, child: Child) => void): void
  beginAll(
    children: readonly Child[],
    operation: object,
    done: (failed: Child | undefined, cause: unknown) => void,
  ): void
  haltAll(children: readonly Child[], operation: object, done: () => void): void
  enqueue(job: { readonly child?: Child; run(): void }): void
  enter(event: number): object
  leave(operation: object, event: number): void
  deny(child: Child, end: End, attempt: number, causes: readonly Cause[]): void
  shutDownAfter(child: Child): void
}

interface RestartOptions {
  readonly services: Services
  readonly strategy: Strategy
  readonly intensity: number
  readonly periodMs: number
}

/** Decides what follows the end of a child, and starts again what its strategy says. */
export class Restarts {
  readonly budget: RestartBudget
  readonly isGrouped: boolean
  readonly #host: RestartHost
  readonly #services: Services
  readonly #strategy: Strategy
  /** Of the latest tries. */
  readonly #causes: Cause[] = []

  constructor(host: RestartHost, options: RestartOptions) {
    this.#host = host
    this.#services = options.services
    this.#strategy = options.strategy
    this.isGrouped = options.strategy === 'oneForAll' || options.strategy === 'restForOne'
    this.budget = new RestartBudget(options.intensity, options.periodMs)
  }

  /** A child is down by itself: it ends for good, or a restart is tried. */
  decide(child: Child, end: End): void {
    if (child.restart === 'temporary' || (child.restart === 'transient' && !end.isCrash)) {
      if (end.isCrash || end.causes !== undefined) recordOf(child).note(end)
      child.stopThen(() => this.#host.shutDownAfter(child))
      return
    }
    const { backoff } = child.policy
    const record = recordOf(child)
    record.note(end)
    if (backoff !== undefined && end.atMs - record.begunMs >= resetAfterMs(backoff)) {
      record.delays = 0
    }
    this.#attempt(child, record, end)
  }

  /** One more try costs one restart, also when the last one failed. */
  #attempt(child: Child, record: ChildRecord, end: End): void {
    const nowMs = this.#services.runtime.monotonic()
    record.attempt++
    record.isPending = true
    const own = child.policy.budget
    if (own !== undefined) record.budget ??= new RestartBudget(own.intensity, own.periodMs)
    keepLast(this.#causes, [{ atMs: end.atMs, cause: end.cause, childId: child.id }])
    // Both log it, whatever the other one says.
    const isGranted = this.budget.grant(nowMs)
    const isOwnGranted = record.budget?.grant(nowMs) !== false
    if (!isGranted || !isOwnGranted) {
      const causes = isGranted
        ? latest(
            this.#causes.filter(({ childId }) => childId === child.id),
            record.budget,
            nowMs,
          )
        : latest(this.#causes, this.budget, nowMs)
      this.#host.deny(child, end, record.attempt, causes)
      return
    }
    if (this.isGrouped) this.#stopGroup(child, record)
    else if (!this.#delay(child, record)) this.#restart(child)
  }

  /** In a turn of its own, so that a stop that waits is served first. */
  #tryAgain(child: Child, cause: unknown): void {
    recordOf(child).isPending = true
    const run = (): void => this.#retry(child, cause)
    this.#services.queue.add({
      path: child.path,
      turn: () => {
        if (this.isGrouped) this.#host.enqueue({ child, run })
        else run()
        return 1
      },
    })
  }

  #retry(child: Child, cause: unknown): void {
    const record = recordOf(child)
    // Its group may have been halted meanwhile: then this try is part of the next one.
    if (!this.#host.isRunning || !child.isDown() || !record.isPending) return
    const end = { isCrash: true, cause, message: none, atMs: this.#services.runtime.monotonic() }
    record.note(end)
    this.#attempt(child, record, end)
  }

  /** True if the child waits now. */
  #delay(child: Child, record: ChildRecord): boolean {
    const { backoff } = child.policy
    if (backoff === undefined) return false
    const chance = (backoff.jitter ?? 0) > 0 ? this.#services.runtime.random() : 0
    const delayMs = backoffDelay(backoff, record.delays++, chance)
    if (delayMs === 0) return false
    child.backOff()
    record.isPending = true
    record.alarm = this.#services.alarms.set(delayMs, () => {
      record.alarm = undefined
      this.#due(child)
    })
    return true
  }

  #due(child: Child): void {
    if (!this.isGrouped) {
      if (this.#host.isRunning) this.#restart(child)
      return
    }
    this.#host.enqueue({
      run: () => {
        // What was added or started meanwhile belongs to the group, too.
        if (!this.#host.has(child) || !child.isDown()) return
        const operation = this.#host.enter(SupervisorEvent.RESTART_GROUP)
        this.#host.haltAll(this.#groupOf(child), operation, () => {
          this.#startGroup(child, operation)
        })
      },
    })
  }

  #restart(child: Child): void {
    this.#host.begin(child, (outcome, cause) => {
      if (outcome === 'failed') this.#tryAgain(child, cause)
    })
  }

  #stopGroup(child: Child, record: ChildRecord): void {
    const operation = this.#host.enter(SupervisorEvent.RESTART_GROUP)
    this.#host.haltAll(this.#groupOf(child), operation, () => {
      if (this.#delay(child, record)) this.#host.leave(operation, SupervisorEvent.GROUP_DONE)
      else this.#startGroup(child, operation)
    })
  }

  #startGroup(child: Child, operation: object): void {
    const group = this.#groupOf(child)
    const { attempt, end } = recordOf(child)
    for (const member of group) {
      const record = recordOf(member)
      record.attempt = attempt
      record.end = member === child || end === undefined ? end : { ...end, message: none }
    }
    this.#host.beginAll(group, operation, (failed, cause) => {
      if (failed !== undefined) this.#tryAgain(failed, cause)
      this.#host.leave(operation, SupervisorEvent.GROUP_DONE)
    })
  }

  #groupOf(child: Child): Child[] {
    const children = [...this.#host.children]
    return this.#strategy === 'oneForAll' ? children : children.slice(children.indexOf(child))
  }
}

/** The causes of the tries that count against a budget now. */
function latest(
  causes: readonly Cause[],
  budget: RestartBudget | undefined,
  nowMs: number,
): readonly Cause[] {
  return causes.slice(-(budget?.attempts(nowMs).length ?? 1))
}
