import { invariant, isMillraceError } from '@millrace/base'

import type { ActorRef, OfferResult } from '../actor.ts'
import { Cell } from '../cell.ts'
import { ACT_ASK_DEAD, ACT_ASK_TIMEOUT, ACT_SPEC } from '../errors.ts'
import { choiceFaults } from '../known-names.ts'
import { StandIn } from '../stand-in.ts'
import type { ActorSystem } from '../system.ts'
import { type Chooser, RandomChoice, RoundRobin, SmallestMailbox } from './chooser.ts'
import { HashSlots } from './hash-slots.ts'

/**
 * How a router chooses. `roundRobin`: one after the other. `random`: by the random numbers of the runtime.
 * `smallestMailbox`: one with the fewest waiting messages, equals take turns. `broadcast`: everyone.
 * `hash`: messages with the same key go to the same routee; when one of n routees comes or goes, about 1/n of the keys
 * move, all of them to the newcomer or away from the one that left.
 */
export type Route<M> =
  | 'roundRobin'
  | 'random'
  | 'smallestMailbox'
  | 'broadcast'
  | { readonly hash: (message: M) => string | number }

/** How to make a router. */
export interface RouterSpec<M> {
  /** Unique in the system. */
  readonly id: string
  readonly route: Route<M>
  /** Where messages go at first; default none. */
  readonly routees?: readonly ActorRef<M>[]
}

/**
 * A ref that hands each message to one of its routees (or to all), on the sender's stack and without a queue of its own, so
 * that messages of one sender reach one routee in order. Routees that have ended are dropped; while there is none, messages
 * are dead letters with the reason `noRoutee`. `ask` rejects when the routee it chose dies; asked of a `broadcast`, the
 * first reply counts. `offer` goes to whom a message would go, and is `stopped` if there is none. `stop` ends the router, not its routees. `queued` is the sum over the routees.
 */
export interface Router<M> extends ActorRef<M> {
  /** Takes a routee in; nothing happens if it is one already or has ended. */
  add(routee: ActorRef<M>): void
  /** Sends it nothing more; what it has already stays there. */
  remove(routee: ActorRef<M>): void
  /** The routees that are alive, the oldest first. */
  routees(): readonly ActorRef<M>[]
}

/**
 * Makes a router. It is an actor of the system: it has a path, ends with the system, and can be watched.
 * Throws ACT_SPEC for an unknown route, ACT_DUPLICATE_ID and ACT_STOPPED.
 */
export function createRouter<M>(system: ActorSystem, spec: RouterSpec<M>): Router<M> {
  checkRoute(spec.id, spec.route)
  const actor = system.spawn<M>({ id: spec.id, create: () => ({ receive() {} }) })
  const router = new RouterRef<M>(system, actor, spec.route)
  for (const routee of spec.routees ?? []) router.add(routee)
  return router
}

const namedRoutes = ['roundRobin', 'random', 'smallestMailbox', 'broadcast']

/** Throws ACT_SPEC for a route that is none. */
export function checkRoute(id: string, route: unknown): void {
  const isHash = typeof route === 'object' && route !== null && 'hash' in route
  if (isHash && typeof route.hash === 'function') return
  const faults = isHash
    ? ['route.hash must be a function of the message']
    : choiceFaults('a route without hash', route, namedRoutes)
  for (const fault of faults) throw ACT_SPEC({ id, fault })
}

/** The routing side of a router; `actor` gives it its name and its end. */
export class RouterRef<M> extends StandIn<M> implements Router<M> {
  readonly actor: ActorRef<M>
  /** None for a broadcast. */
  readonly #chooser: Chooser<M> | undefined
  /** Replaced, never changed: a listener that adds or removes in the middle of a broadcast does not disturb it. */
  #routees: readonly ActorRef<M>[] = []

  constructor(system: ActorSystem, actor: ActorRef<M>, route: Route<M>) {
    super()
    this.actor = actor
    this.#chooser = createChooser(route, () => system.runtime.random())
  }

  get id(): string {
    return this.actor.id
  }

  get path(): string {
    return this.actor.path
  }

  get queued(): number {
    return this.#routees.reduce((sum, routee) => sum + routee.queued, 0)
  }

  isAlive(): boolean {
    return this.actor.isAlive()
  }

  tell(message: M, lane: 'user' | 'control' = 'user'): void {
    if (!this.actor.isAlive()) {
      this.actor.tell(message, lane)
    } else if (this.#chooser === undefined) {
      const routees = this.routees()
      for (const routee of routees) routee.tell(message, lane)
      if (routees.length === 0) this.#deadLetter(message, lane, undefined)
    } else {
      let routee: ActorRef<M> | undefined
      let cause: unknown
      try {
        routee = this.#choose(this.#chooser, message)
      } catch (error) {
        cause = error
      }
      if (routee === undefined) this.#deadLetter(message, lane, cause)
      else routee.tell(message, lane)
    }
  }

  offer(message: M): OfferResult | Promise<OfferResult> {
    let asked: readonly ActorRef<M>[] = []
    try {
      if (this.isAlive()) asked = this.#receiversOf(message)
    } catch {
      // A key that cannot be computed: nobody is asked, and the sender keeps the message.
    }
    const results = asked.map((routee) => routee.offer(message))
    if (results.length === 1) return results[0] ?? 'stopped'
    return results.some((result) => result instanceof Promise)
      ? Promise.all(results.map(async (result) => result)).then(together)
      : together(results as OfferResult[])
  }

  async ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R> {
    const replies: ((value: R) => void)[] = []
    // The message decides who is asked, so it is there before the question is.
    const message = make((value) => {
      for (const reply of replies) reply(value)
    })
    const asked = this.isAlive() ? this.#receiversOf(message) : []
    const answers = asked.map((routee) =>
      routee.ask<R>((reply) => {
        replies.push(reply)
        return message
      }, options),
    )
    if (answers.length === 0) {
      if (this.isAlive()) this.#deadLetter(message, 'user', undefined)
      else this.actor.tell(message)
      throw ACT_ASK_DEAD({ path: this.path })
    }
    return answers.length === 1 ? (answers[0] as Promise<R>) : first(answers)
  }

  stop(): Promise<void> {
    return this.actor.stop()
  }

  add(routee: ActorRef<M>): void {
    if (routee.isAlive() && !this.#routees.includes(routee)) {
      this.#replace([...this.#routees, routee])
    }
  }

  remove(routee: ActorRef<M>): void {
    if (this.#routees.includes(routee)) {
      this.#replace(this.#routees.filter((other) => other !== routee))
    }
  }

  routees(): readonly ActorRef<M>[] {
    for (const routee of this.#routees) {
      if (!routee.isAlive()) {
        this.#replace(this.#routees.filter((other) => other.isAlive()))
        break
      }
    }
    return this.#routees
  }

  receiverOf(message: M): ActorRef<M> | undefined {
    if (!this.isAlive()) return this.actor
    try {
      const receivers = this.#receiversOf(message)
      return receivers.length > 1 ? this : receivers[0]
    } catch {
      // A key that cannot be computed: `tell` says so.
      return undefined
    }
  }

  #receiversOf(message: M): readonly ActorRef<M>[] {
    if (this.#chooser === undefined) return this.routees()
    const routee = this.#choose(this.#chooser, message)
    return routee === undefined ? [] : [routee]
  }

  #choose(chooser: Chooser<M>, message: M): ActorRef<M> | undefined {
    let routees = this.#routees
    while (routees.length > 0) {
      const routee = routees[chooser.choose(message, routees)]
      if (routee?.isAlive() === true) return routee
      routees = this.routees()
    }
    return undefined
  }

  #replace(routees: readonly ActorRef<M>[]): void {
    const before = this.#routees
    this.#routees = routees
    this.#chooser?.changed(before, routees)
  }

  #deadLetter(message: M, lane: 'user' | 'control', cause: unknown): void {
    invariant(this.actor instanceof Cell, 'what gives a router its name is an actor')
    this.actor.passToNobody(message, lane, 'noRoutee', cause)
  }
}

function createChooser<M>(route: Route<M>, random: () => number): Chooser<M> | undefined {
  switch (route) {
    case 'broadcast':
      return undefined
    case 'roundRobin':
      return new RoundRobin()
    case 'random':
      return new RandomChoice(random)
    case 'smallestMailbox':
      return new SmallestMailbox()
    default:
      return new HashSlots(route.hash)
  }
}

/** One routee that took the message is enough. */
function together(results: readonly OfferResult[]): OfferResult {
  return results.includes('queued') ? 'queued' : 'stopped'
}

/** The first reply; once everyone has given up, the time-out if there was one. */
async function first<R>(answers: readonly Promise<R>[]): Promise<R> {
  try {
    return await Promise.any(answers)
  } catch (error) {
    const { errors } = error as AggregateError
    throw errors.find((each) => isMillraceError(each, ACT_ASK_TIMEOUT.code)) ?? errors[0]
  }
}
