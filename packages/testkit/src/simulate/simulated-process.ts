import type { ActorRuntime, ReadyQueue, Runnable } from '@millrace/core'

/** What a process needs of the simulation it is in. */
interface Around {
  readonly runtime: ActorRuntime
  sleep(ms: number): Promise<void>
  /** Takes work back that waits for its turn. */
  forget(work: ReadonlySet<Runnable>): void
}

/**
 * A process of its own in a simulation, which can be killed at any instant: nothing that runs on its runtime goes on after that, no
 * actor, no timer. What it awaits from elsewhere may still come, as from a disk; so a disk must refuse the dead, as that of
 * `@millrace/store/simulated` does.
 */
export class SimulatedProcess {
  /** For a job or an actor system that lives and dies with this process. */
  readonly runtime: ActorRuntime
  readonly #around: Around
  readonly #work = new Set<Runnable>()
  #isAlive = true

  constructor(around: Around) {
    this.#around = around
    const { runtime } = around
    const { hooks } = runtime
    this.runtime = {
      ...runtime,
      schedule: (task) => runtime.schedule(() => this.#run(task)),
      timer: (delayMs, task) => runtime.timer(delayMs, () => this.#run(task)),
      yield: () => this.#lasting(runtime.yield()),
      ...(hooks && { hooks: { ...hooks, queue: this.#queue(hooks.queue) } }),
    }
  }

  /** False once it was killed. */
  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Ends it, as `kill -9` does. */
  kill(): void {
    this.#isAlive = false
    this.#around.forget(this.#work)
    this.#work.clear()
  }

  /** Resolves after `ms` of virtual time; never, if it is killed before. */
  sleep(ms: number): Promise<void> {
    return this.#lasting(this.#around.sleep(ms))
  }

  #run(task: () => void): void {
    if (this.#isAlive) task()
  }

  async #lasting(wait: Promise<void>): Promise<void> {
    await wait
    if (!this.#isAlive) await new Promise<never>(() => {})
  }

  #queue(queue: ReadyQueue): ReadyQueue {
    return {
      add: (runnable: Runnable) => {
        if (!this.#isAlive) return
        this.#work.add(runnable)
        queue.add(runnable)
      },
    }
  }
}
