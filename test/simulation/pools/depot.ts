import type { ActorContext, Behavior, Pool } from '@millrace/core'
import type { Simulation } from '@millrace/testkit'

import { Parcel } from './parcel.ts'

/** What the depot must know of a pool to judge it. */
export interface DepotOptions {
  readonly redeliver: number
  readonly isBroadcast: boolean
  readonly isHashed: boolean
}

/** Sends parcels through a pool and keeps its own account of them. */
export class Depot {
  readonly parcels: Parcel[] = []
  readonly owners = new Map<string, string>()
  /** True once parcels may be dead without a failure of their own: the pool has ended or is about to. */
  isOver = false
  openAsks = 0
  restarts = 0
  readonly #simulation: Simulation
  readonly #options: DepotOptions
  readonly #last = new Map<string, number>()
  #fault: Error | undefined

  constructor(simulation: Simulation, options: DepotOptions) {
    this.#simulation = simulation
    this.#options = options
    const { events } = simulation.system
    events.on('deadLetter', ({ message, reason }) => {
      if (!(message instanceof Parcel)) return
      message.dead++
      const isOwnFault = message.failures > options.redeliver || message.failures > 0
      if (!isOwnFault && !this.isOver)
        this.breach(`${message.name} is dead (${reason}) without a fault`)
    })
    events.on('overflow', ({ message, policy }) => {
      if (policy !== 'wait' && message instanceof Parcel) message.dropped++
    })
    events.on('escalated', () => {
      this.isOver = true
    })
    events.on('restarted', () => {
      this.restarts++
    })
  }

  breach(law: string): void {
    this.#fault ??= new Error(`${law} (at ${this.#simulation.elapsedMs} ms)`)
  }

  verify(): void {
    if (this.#fault !== undefined) throw this.#fault
    for (const parcel of this.parcels) {
      const most = this.#copies(parcel)
      if (parcel.fates > most)
        throw new Error(`${parcel.name} has ${parcel.fates} fates, of ${most}`)
    }
  }

  /** When nothing is left to do: each copy has exactly one fate. */
  verifyRest(): void {
    this.verify()
    for (const parcel of this.parcels) {
      const copies = this.#copies(parcel)
      // One routee that takes an offer is enough: the others may have ended.
      const least = parcel.isOffered ? 1 : copies
      if (parcel.fates < least)
        throw new Error(`${parcel.name}: ${parcel.fates} of ${copies} fates`)
      const isPlain = parcel.errand === 'work' && !parcel.isOffered
      const isFine = isPlain && !this.isOver && parcel.dropped === 0
      if (isFine && parcel.handled + parcel.dead !== copies)
        throw new Error(`${parcel.name} is lost`)
    }
    if (this.openAsks > 0) throw new Error(`${this.openAsks} asks never settled`)
  }

  send(
    pool: Pool<Parcel>,
    way: 'tell' | 'ask' | 'offer',
    key: string,
    errand: Parcel['errand'],
  ): void {
    const routees = pool.isAlive() ? pool.routees().map(({ path }) => path) : []
    const parcel = new Parcel(this.parcels.length, { key, errand, routees })
    this.parcels.push(parcel)
    if (way === 'tell') pool.tell(parcel)
    else if (way === 'offer') this.#offer(pool, parcel)
    else this.#ask(pool, parcel)
  }

  /** What a routee does with parcels. */
  routee(context: ActorContext<Parcel>): Behavior<Parcel> {
    const { path } = context.self
    return {
      receive: (parcel) => {
        this.#arrived(parcel, path)
        const { errand } = parcel
        if (errand === 'slowly') {
          return this.#simulation.sleep(20).finally(() => {
            if (!context.signal.aborted) this.#done(parcel)
          })
        }
        if (errand === 'crash' || (errand === 'crashOnce' && parcel.failures === 0)) {
          parcel.failures++
          throw new Error(`${parcel.name} is a crash`)
        }
        this.#done(parcel)
        return undefined
      },
    }
  }

  #done(parcel: Parcel): void {
    parcel.handled++
    parcel.reply?.(parcel.id)
  }

  #arrived(parcel: Parcel, path: string): void {
    if (!parcel.routees.includes(path))
      this.breach(`${parcel.name} came to ${path}, no routee of then`)
    if (parcel.failures > 0) return
    // What is offered may wait for room while others pass.
    const line = `${path} ${parcel.isOffered}`
    const last = this.#last.get(line) ?? -1
    if (parcel.id < last) this.breach(`${parcel.name} came to ${path} after parcel ${last}`)
    this.#last.set(line, parcel.id)
    if (!this.#options.isHashed) return
    const key = `${parcel.key} of ${parcel.routees.join(' ')}`
    const owner = this.owners.get(key) ?? path
    if (owner !== path) this.breach(`key ${parcel.key} went to ${owner} and to ${path}`)
    this.owners.set(key, path)
  }

  #copies(parcel: Parcel): number {
    return this.#options.isBroadcast ? Math.max(1, parcel.routees.length) : 1
  }

  #offer(pool: Pool<Parcel>, parcel: Parcel): void {
    parcel.isOffered = true
    const result = pool.offer(parcel)
    const settle = (each: string): void => {
      parcel.isReturned = each === 'stopped'
    }
    if (result instanceof Promise) void result.then(settle)
    else settle(result)
  }

  #ask(pool: Pool<Parcel>, parcel: Parcel): void {
    this.openAsks++
    const answer = pool.ask<number>(
      (reply) => {
        parcel.reply = reply
        return parcel
      },
      { timeoutMs: 1000 },
    )
    void this.#judge(parcel, answer)
  }

  async #judge(parcel: Parcel, answer: Promise<number>): Promise<void> {
    try {
      const id = await answer
      if (id !== parcel.id) this.breach(`${parcel.name} was answered with ${id}`)
    } catch {
      if (parcel.fates === 0 && !this.isOver) {
        this.breach(`${parcel.name}: rejected while it waits`)
      }
    } finally {
      this.openAsks--
    }
  }
}
