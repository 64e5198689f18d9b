import type { ActorRef, ActorSpec } from '@millrace/core'
import { simulate, type Simulation } from '../simulate/simulate.ts'
import { spared } from '../simulate/spared.ts'

/** What an actor under test is made in: everything it does outside of itself goes through here, and is written down. */
export interface ActorWorld {
  /** Writes a result down; hand it to the actor in place of what it would change. */
  report(value: unknown): void
  /** An actor that writes down what it is told; the same one for the same name. */
  ref<T>(name: string): ActorRef<T>
  /** Resolves after `ms` of virtual time: what an asynchronous handler may wait for. */
  sleep(ms: number): Promise<void>
}

/** An actor's specification, or what makes one; called once per run. */
export type ActorUnderTest<M> = ActorSpec<M> | ((world: ActorWorld) => ActorSpec<M>)

/** One life of an actor in a simulation. */
export class ActorRun<M> {
  /** What it reported and told, in order, since its latest incarnation began. */
  log: unknown[] = []
  /** What its handlers threw. */
  readonly crashes: unknown[] = []
  readonly sim: Simulation
  readonly ref: ActorRef<M>
  readonly shutdownMs: number

  constructor(actor: ActorUnderTest<M>) {
    // Too many for a handful of messages: an actor that takes as many keeps itself busy.
    this.sim = simulate({ seed: 1, keepTrace: false, maxTurns: 20_000 })
    const world = this.#world()
    const {
      backoff: _backoff,
      budget: _budget,
      ...spec
    } = typeof actor === 'function' ? actor(world) : actor
    this.shutdownMs = spec.shutdownMs ?? 5000
    this.sim.system.events.on('restarted', ({ cause }) => this.#crashed(cause))
    this.sim.system.events.on('stopped', ({ cause }) => this.#crashed(cause))
    this.ref = this.sim.spawn<M>({
      ...spec,
      restart: 'permanent',
      create: (context) => {
        this.log = []
        return spec.create(context)
      },
    })
  }

  /** Runs what is ready; time stands still. */
  settle(): Promise<void> {
    return this.sim.runFor(0)
  }

  /** Sends messages, `size` at a time in turn; all at once without sizes. */
  async tell(messages: readonly M[], sizes: readonly number[] = []): Promise<void> {
    let sent = 0
    for (let turn = 0; sent < messages.length; turn++) {
      const size = sizes[turn % sizes.length] ?? messages.length
      for (const message of messages.slice(sent, sent + size)) this.ref.tell(message)
      sent += size
      await this.settle()
    }
  }

  /** Crashes it when it has handled what it was sent; the next incarnation begins with an empty log. */
  async crash(): Promise<void> {
    await this.sim.reaches(() => this.#isIdle())
    await this.settle()
    this.sim.crash(this.ref)
    await this.settle()
  }

  #isIdle(): boolean {
    const self = this.sim.system.inspect().find(({ id }) => id === this.ref.id)
    return self?.state !== 'suspended' && this.ref.queued === 0
  }

  #crashed(cause: unknown): void {
    if (cause === undefined || (cause as { code?: unknown }).code === 'TST_INJECTED') return
    this.crashes.push(cause)
  }

  #world(): ActorWorld {
    const refs = new Map<string, ActorRef<never>>()
    return {
      report: (value) => void this.log.push(value),
      sleep: (ms) => this.sim.sleep(ms),
      ref: <T>(name: string): ActorRef<T> => {
        const known = refs.get(name)
        if (known !== undefined) return known
        const receive = (message: T): void => void this.log.push({ to: name, message })
        const spec = { id: `ref ${name}`, [spared]: true, create: () => ({ receive }) }
        const ref = this.sim.spawn<T>(spec)
        refs.set(name, ref)
        return ref
      },
    }
  }
}
