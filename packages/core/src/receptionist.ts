import type { ActorContext, ActorRef } from './actor.ts'
import type { ActorSystem } from './system.ts'

declare const messageOf: unique symbol

/** The name of a service and the type of what its actors take. Two keys of one name are two keys. */
export interface ServiceKey<M> {
  readonly name: string
  readonly [messageOf]?: (message: M) => void
}

/** Names a service; export the key, so that those who offer the service and those who look for it share it. */
export function defineServiceKey<M>(name: string): ServiceKey<M> {
  return { name }
}

/** Where actors are found by what they do. */
export interface Receptionist {
  /** Offers `ref` under `key` until it ends; nothing happens if it is offered already or has ended. */
  register<M>(key: ServiceKey<M>, ref: ActorRef<M>): void
  /** Takes the offer back. */
  deregister<M>(key: ServiceKey<M>, ref: ActorRef<M>): void
  /** Those who are offered under `key` and alive, the first registered first. */
  find<M>(key: ServiceKey<M>): readonly ActorRef<M>[]
  /**
   * Sends `subscriber` what `make` returns for the present listing now, and for the new one after each change, once per
   * change, until it ends or is taken off; a second subscription to one key replaces the first. A `make` that throws is
   * reported through the runtime.
   */
  subscribe<M, N>(
    key: ServiceKey<M>,
    subscriber: ActorRef<N>,
    make: (listing: readonly ActorRef<M>[]) => N,
  ): void
  unsubscribe<M, N>(key: ServiceKey<M>, subscriber: ActorRef<N>): void
}

/** Makes a receptionist: an actor `receptionist` (or `id`) of the system. Throws ACT_DUPLICATE_ID and ACT_STOPPED. */
export function createReceptionist(
  system: ActorSystem,
  options: { readonly id?: string } = {},
): Receptionist {
  return new Desk(system, options.id ?? 'receptionist')
}

interface Service {
  /** Replaced, never changed: subscribers keep what they were sent. */
  listing: readonly ActorRef<never>[]
  readonly subscribers: Map<unknown, (listing: readonly ActorRef<never>[]) => void>
}

type Task = (context: ActorContext<Task>) => void

/** Registrations are kept here at once; the actor only watches, because only an actor can. */
class Desk implements Receptionist {
  readonly #runtime: ActorSystem['runtime']
  readonly #actor: ActorRef<Task>
  readonly #services = new Map<unknown, Service>()
  readonly #watched = new Set<unknown>()

  constructor(system: ActorSystem, id: string) {
    this.#runtime = system.runtime
    this.#actor = system.spawn<Task>({
      id,
      create: () => ({
        receive: (task, context) => {
          task(context)
        },
      }),
    })
  }

  register<M>(key: ServiceKey<M>, ref: ActorRef<M>): void {
    const service = this.#serviceOf(key)
    if (!ref.isAlive() || service.listing.includes(ref)) return
    this.#watch(ref)
    this.#change(service, [...service.listing, ref])
  }

  deregister<M>(key: ServiceKey<M>, ref: ActorRef<M>): void {
    const service = this.#services.get(key)
    if (service !== undefined) this.#leave(service, ref)
  }

  find<M>(key: ServiceKey<M>): readonly ActorRef<M>[] {
    const listing: readonly ActorRef<M>[] = this.#services.get(key)?.listing ?? []
    return listing.every((ref) => ref.isAlive()) ? listing : listing.filter((ref) => ref.isAlive())
  }

  subscribe<M, N>(
    key: ServiceKey<M>,
    subscriber: ActorRef<N>,
    make: (listing: readonly ActorRef<M>[]) => N,
  ): void {
    if (!subscriber.isAlive()) return
    const service = this.#serviceOf(key)
    const push = (listing: readonly ActorRef<M>[]): void => {
      try {
        if (subscriber.isAlive()) subscriber.tell(make(listing))
      } catch (error) {
        this.#runtime.schedule(() => {
          throw error
        })
      }
    }
    service.subscribers.set(subscriber, push)
    this.#watch(subscriber)
    push(service.listing)
  }

  unsubscribe<M, N>(key: ServiceKey<M>, subscriber: ActorRef<N>): void {
    this.#services.get(key)?.subscribers.delete(subscriber)
  }

  #serviceOf(key: unknown): Service {
    let service = this.#services.get(key)
    if (service === undefined) {
      service = { listing: [], subscribers: new Map() }
      this.#services.set(key, service)
    }
    return service
  }

  #watch<M>(ref: ActorRef<M>): void {
    if (this.#watched.has(ref)) return
    this.#watched.add(ref)
    const ended = (): void => {
      this.#ended(ref)
    }
    this.#actor.tell((context) => {
      context.watch(ref, () => ended)
    })
  }

  #ended(ref: unknown): void {
    this.#watched.delete(ref)
    for (const service of this.#services.values()) {
      service.subscribers.delete(ref)
      this.#leave(service, ref)
    }
  }

  #leave(service: Service, gone: unknown): void {
    const listing = service.listing.filter((ref) => ref !== gone)
    if (listing.length < service.listing.length) this.#change(service, listing)
  }

  #change(service: Service, listing: readonly ActorRef<never>[]): void {
    service.listing = listing
    for (const push of service.subscribers.values()) {
      // A subscriber's `make` may have changed it again, and then everyone has the newer one.
      if (service.listing === listing) push(listing)
    }
  }
}
