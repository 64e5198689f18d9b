import type { ActorRef, ActorSpec } from '../actor.ts'
import { ACT_SPEC } from '../errors.ts'
import type { Supervisor } from '../supervisor-spec.ts'
import type { ActorSystem } from '../system.ts'
import { checkRoute, type Route, RouterRef } from './router.ts'

/** How to make a pool. */
export interface PoolSpec<M> {
  /** Unique in the system: the supervisor's id. The router's path ends in `/router`, those of the routees in `/0`, `/1` ... */
  readonly id: string
  readonly route: Route<M>
  /** Routees at first, at least 1. */
  readonly size: number
  /** How to start each of them; they are `permanent` unless it says otherwise. */
  readonly routee: Omit<ActorSpec<M>, 'id'>
  /** Restarts granted within `periodMs` to all routees together; default 3. */
  readonly intensity?: number
  /** Length of the sliding window in ms; default 60,000. */
  readonly periodMs?: number
  /** Called once when the budget is spent: the pool is then over, and its messages are dead letters. */
  readonly onEscalate?: (cause: unknown) => void
  /** How long a routee that `resize` takes out may handle what it has, before the rest is dead letters; ms, default 5,000. */
  readonly drainMs?: number
}

/**
 * A router with routees of its own, all of one spec under one dynamic supervisor. A routee that restarts keeps its
 * place, its mailbox and the keys that are hashed to it. `stop` ends the routees and the router.
 */
export interface Pool<M> extends ActorRef<M> {
  /** The routees that are alive, the oldest first. */
  routees(): readonly ActorRef<M>[]
  /**
   * Starts routees, or takes the newest ones out, until there are `size`: also those that have ended for good are replaced.
   * Who is taken out gets nothing more, handles what it has for up to `drainMs`, and stops. Resolves when all that is done;
   * calls follow one another. Rejects with ACT_SPEC for a size below 1, with the cause if a routee cannot start, and with
   * ACT_STOPPED when the pool is over.
   */
  resize(size: number): Promise<void>
}

/**
 * Makes a pool; resolves when all its routees run. Rejects, having stopped those that ran, when one cannot start;
 * with ACT_SPEC, ACT_DUPLICATE_ID and ACT_STOPPED.
 */
export async function createPool<M>(system: ActorSystem, spec: PoolSpec<M>): Promise<Pool<M>> {
  checkSize(spec.id, spec.size)
  checkRoute(spec.id, spec.route)
  const supervisor = system.supervise({
    id: spec.id,
    strategy: 'dynamic',
    ...(spec.intensity === undefined ? {} : { intensity: spec.intensity }),
    ...(spec.periodMs === undefined ? {} : { periodMs: spec.periodMs }),
    onEscalate: (cause) => spec.onEscalate?.(cause),
  })
  try {
    const actor = await supervisor.start<M>({ id: 'router', create: () => ({ receive() {} }) })
    const pool = new PoolRef(system, actor, supervisor, spec)
    await pool.resize(spec.size)
    return pool
  } catch (error) {
    await supervisor.stop()
    throw error
  }
}

// Nothing tells that a mailbox is empty, and taking a routee out is rare.
const lookEveryMs = 5

class PoolRef<M> extends RouterRef<M> implements Pool<M> {
  readonly #system: ActorSystem
  readonly #supervisor: Supervisor
  readonly #spec: PoolSpec<M>
  #lastResize: Promise<void> = Promise.resolve()

  constructor(system: ActorSystem, actor: ActorRef<M>, supervisor: Supervisor, spec: PoolSpec<M>) {
    super(system, actor, spec.route)
    this.#system = system
    this.#supervisor = supervisor
    this.#spec = spec
  }

  override stop(): Promise<void> {
    return this.#supervisor.stop()
  }

  resize(size: number): Promise<void> {
    const resized = this.#lastResize.then(() => this.#resizeTo(size))
    // A resize that failed is its caller's affair, not the next one's.
    this.#lastResize = resized.catch(() => {})
    return resized
  }

  async #resizeTo(size: number): Promise<void> {
    checkSize(this.#spec.id, size)
    const surplus = this.routees().slice(size)
    for (const routee of surplus) this.remove(routee)
    await Promise.all(surplus.map((routee) => this.#takeOut(routee)))
    while (this.routees().length < size) await this.#startOne()
  }

  async #startOne(): Promise<void> {
    const taken = new Set(this.routees().map((routee) => routee.id))
    let free = 0
    while (taken.has(`${free}`)) free++
    const { restart = 'permanent', ...rest } = this.#spec.routee
    this.add(await this.#supervisor.start<M>({ ...rest, restart, id: `${free}` }))
  }

  async #takeOut(routee: ActorRef<M>): Promise<void> {
    const { runtime } = this.#system
    const deadline = runtime.monotonic() + (this.#spec.drainMs ?? 5000)
    while (routee.isAlive() && routee.queued > 0 && runtime.monotonic() < deadline) {
      await new Promise<void>((resolve) => {
        runtime.timer(lookEveryMs, resolve)
      })
    }
    await routee.stop()
  }
}

function checkSize(id: string, size: number): void {
  if (!(Number.isInteger(size) && size >= 1)) {
    throw ACT_SPEC({ id, fault: `a pool has at least 1 routee; got ${size}` })
  }
}
