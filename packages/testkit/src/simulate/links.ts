import type { Lane } from '@millrace/core'

import type { SimulatedActor } from './simulated-actor.ts'
import type { Surroundings } from './surroundings.ts'

const DELAY_MS_MAX = 100

interface Link {
  readonly to: SimulatedActor
  readonly held: { readonly message: unknown; readonly lane: Lane | undefined }[]
  isHeld: boolean
  isCut: boolean
  /** Delayed messages that have not arrived; what is sent later waits behind them. */
  underway: number
  lastDueMs: number
}

/** The ways between pairs of actors: in order, unless a fault says otherwise. */
export class Links {
  readonly #world: Surroundings
  readonly #links = new Map<string, Link>()
  readonly #held = new Set<string>()
  readonly #cut = new Set<string>()

  constructor(world: Surroundings) {
    this.#world = world
  }

  /** True if a message may meet anything but its receiver. */
  get isActive(): boolean {
    return this.#links.size > 0 || this.#held.size > 0 || this.#cut.size > 0
  }

  carry(from: SimulatedActor, to: SimulatedActor, message: unknown, lane: Lane | undefined): void {
    const { trace, faults } = this.#world
    const key = keyOf(from.path, to.path)
    const link = this.#link(key, to)
    if (link.isCut) return trace.fault('cut', to.path)
    if (link.isHeld) {
      link.held.push({ message, lane })
      return
    }
    const mayFail = from.ordinal > 0 && !from.isSpared && !to.isSpared
    const fault = mayFail ? faults.draw('link') : undefined
    if (fault !== undefined) trace.fault(fault, to.path)
    if (fault === 'messageLoss') return
    if (fault === 'messageReorder') return this.#later(link, { message, lane, isOrdered: false })
    if (fault === 'messageDelay' || link.underway > 0) {
      this.#later(link, { message, lane, isOrdered: true, isDelayed: fault === 'messageDelay' })
    } else to.deliver(message, lane)
    if (fault === 'messageDuplicate') this.#later(link, { message, lane, isOrdered: false })
  }

  hold(from: string, to: string): void {
    this.#held.add(keyOf(from, to))
    const link = this.#links.get(keyOf(from, to))
    if (link !== undefined) link.isHeld = true
  }

  release(from: string, to: string): void {
    this.#held.delete(keyOf(from, to))
    const link = this.#links.get(keyOf(from, to))
    if (link === undefined) return
    link.isHeld = false
    for (const { message, lane } of link.held.splice(0)) link.to.deliver(message, lane)
  }

  cut(from: string, to: string): void {
    this.#cut.add(keyOf(from, to))
    const link = this.#links.get(keyOf(from, to))
    if (link !== undefined) link.isCut = true
  }

  /** Every cut is mended; what was sent meanwhile is lost. */
  heal(): void {
    this.#cut.clear()
    for (const link of this.#links.values()) link.isCut = false
  }

  #link(key: string, to: SimulatedActor): Link {
    const known = this.#links.get(key)
    if (known?.to === to) return known
    const made: Link = {
      to,
      held: [],
      isHeld: this.#held.has(key),
      isCut: this.#cut.has(key),
      underway: 0,
      lastDueMs: 0,
    }
    this.#links.set(key, made)
    return made
  }

  #later(
    link: Link,
    what: {
      readonly message: unknown
      readonly lane: Lane | undefined
      readonly isOrdered: boolean
      readonly isDelayed?: boolean
    },
  ): void {
    const world = this.#world
    const { isOrdered, isDelayed = true } = what
    const delayMs = isDelayed ? 1 + world.faults.amount(DELAY_MS_MAX - 1) : 0
    let dueMs = world.elapsedMs + delayMs
    if (isOrdered) {
      dueMs = Math.max(dueMs, link.lastDueMs)
      link.lastDueMs = dueMs
      link.underway++
    }
    world.at(dueMs, () => {
      if (isOrdered) link.underway--
      link.to.deliver(what.message, what.lane)
    })
  }
}

function keyOf(from: string, to: string): string {
  return `${from}\n${to}`
}
