import type { ActorRef } from '../actor.ts'

/** Chooses one routee for each message, without allocating. */
export interface Chooser<M> {
  /** An index into `routees`, which are not none. */
  choose(message: M, routees: readonly ActorRef<M>[]): number
  /** The routees are others from now on; those who stay keep their order. */
  changed(before: readonly ActorRef<M>[], after: readonly ActorRef<M>[]): void
}

/** One after the other: between two messages of one routee, each other that stays gets exactly one. */
export class RoundRobin<M> implements Chooser<M> {
  #next = 0

  choose(_message: M, routees: readonly ActorRef<M>[]): number {
    const chosen = this.#next
    this.#next = chosen + 1 < routees.length ? chosen + 1 : 0
    return chosen
  }

  changed(before: readonly ActorRef<M>[], after: readonly ActorRef<M>[]): void {
    const order = [...before.slice(this.#next), ...before.slice(0, this.#next)]
    const next = order.find((routee) => after.includes(routee))
    this.#next = next === undefined ? 0 : after.indexOf(next)
  }
}

/** Any routee, all as likely. */
export class RandomChoice<M> implements Chooser<M> {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  choose(_message: M, routees: readonly ActorRef<M>[]): number {
    return Math.floor(this.#random() * routees.length)
  }

  changed(): void {}
}

/** A routee with the fewest waiting messages; equals take turns. Looks at every routee for every message. */
export class SmallestMailbox<M> implements Chooser<M> {
  #start = 0

  choose(_message: M, routees: readonly ActorRef<M>[]): number {
    const count = routees.length
    let chosen = 0
    let fewest = Infinity
    for (let step = 0; step < count && fewest > 0; step++) {
      const index = (this.#start + step) % count
      const queued = routees[index]?.queued ?? Infinity
      if (queued < fewest) {
        fewest = queued
        chosen = index
      }
    }
    this.#start = chosen + 1
    return chosen
  }

  changed(): void {
    this.#start = 0
  }
}
