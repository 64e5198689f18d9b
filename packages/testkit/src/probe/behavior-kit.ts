import {
  type ActorContext,
  type ActorRef,
  type ActorSpec,
  type ActorTimers,
  type Behavior,
  ignore,
  type Lane,
  type Receiver,
  type Topic,
} from '@millrace/core'
import { invariant } from '@millrace/base'

/** Something a behavior did, as data. Times in ms; `to` and `actor` are ids. */
export type Effect =
  | { readonly kind: 'sent'; readonly to: string; readonly message: unknown; readonly lane: Lane }
  | { readonly kind: 'offered'; readonly to: string; readonly message: unknown }
  | { readonly kind: 'asked'; readonly to: string; readonly message: unknown; timeoutMs: number }
  | { readonly kind: 'forwarded'; readonly to: string; readonly message: unknown }
  | { readonly kind: 'spawned'; readonly actor: string }
  | { readonly kind: 'watched' | 'unwatched'; readonly actor: string }
  | {
      readonly kind: 'timerSet'
      readonly name: string
      readonly timer: 'once' | 'every' | 'everyAtRate' | 'afterSilence'
      readonly ms: number
      readonly message: unknown
    }
  | { readonly kind: 'timerCanceled'; readonly name: string }
  | { readonly kind: 'unhandled'; readonly message: unknown }
  | { readonly kind: 'subscribed' | 'unsubscribed'; readonly topic: string }
  | { readonly kind: 'published'; readonly topic: string; readonly event: unknown }
  | { readonly kind: 'became' | 'stashed' | 'unstashed' | 'stopped' }

/** One behavior on a bench: messages go in by hand, effects come out as data. No scheduler, no clock, no supervision. */
export interface BehaviorKit<M> {
  /** Hands a message to the behavior. A promise of the handler is returned; a throw is thrown. */
  run(message: M): void | Promise<void>
  /** Hands several to `receiveBatch`. */
  runBatch(messages: readonly M[]): void | Promise<void>
  /** What it did since the last call. */
  effects(): readonly Effect[]
  /** Messages sent to `id`, in order, since the beginning. */
  inbox(id: string): readonly unknown[]
  /** Lets a timer ring: runs its message; one that rings once is gone then. */
  fire(name: string): void | Promise<void>
  /** Reports the end of a watched actor: runs the message that `watch` makes. */
  end(id: string): void | Promise<void>
  /** Publishes an event to what the behavior subscribed. */
  publish<T>(topic: Topic<T>, event: T): void | Promise<void>
  /** Answers the oldest open question. */
  answer(value: unknown): void
  /** Aborts the signal and runs `onStop`. */
  stop(): void | Promise<void>
}

/** Gives an actor to hand to the behavior under test; messages to it are effects. */
export type MakeRef = <N>(id: string) => ActorRef<N>

/** Makes an actor's behavior and runs its `create`, which must not be asynchronous. */
export function behaviorKit<M>(
  make: (ref: MakeRef) => Pick<ActorSpec<M>, 'create'>,
): BehaviorKit<M> {
  const bench = new Bench<M>()
  const made = make((id) => bench.ref(id)).create(bench.context)
  invariant(made !== ignore, 'behaviorKit runs an actor that starts')
  invariant(!(made instanceof Promise), 'behaviorKit runs a behavior that is made at once')
  return bench.start(made)
}

class Bench<M> {
  readonly #abort = new AbortController()
  readonly #timers = new Map<string, { readonly message: M; readonly isOnce: boolean }>()
  readonly #watches = new Map<string, () => M>()
  readonly #topics = new Map<unknown, (event: never) => M>()
  readonly #inboxes = new Map<string, unknown[]>()
  readonly #questions: ((value: unknown) => void)[] = []
  #effects: Effect[] = []
  #receiver: Receiver<M> | undefined
  readonly context: ActorContext<M>

  constructor() {
    this.context = this.#createContext()
  }

  start(behavior: Behavior<M>): BehaviorKit<M> {
    // It may have chosen another receiver while it was made.
    this.#receiver ??= behavior
    const run = (message: M): void | Promise<void> => this.#receiver?.receive(message, this.context)
    return {
      run,
      runBatch: (messages) => this.#receiver?.receiveBatch?.(messages, this.context),
      effects: () => this.#effects.splice(0),
      inbox: (id) => this.#inboxes.get(id) ?? [],
      fire: (name) => {
        const timer = this.#timers.get(name)
        invariant(timer !== undefined, `the timer "${name}" is set`)
        if (timer.isOnce) this.#timers.delete(name)
        return run(timer.message)
      },
      end: (id) => {
        const make = this.#watches.get(id)
        invariant(make !== undefined, `"${id}" is watched`)
        this.#watches.delete(id)
        return run(make())
      },
      publish: (topic, event) => {
        const make = this.#topics.get(topic)
        return make === undefined ? undefined : run(make(event as never))
      },
      answer: (value) => {
        const reply = this.#questions.shift()
        invariant(reply !== undefined, 'a question is open')
        reply(value)
      },
      stop: () => {
        this.#abort.abort()
        return behavior.onStop?.()
      },
    }
  }

  #did(effect: Effect): void {
    this.#effects.push(effect)
  }

  #sent(id: string, message: unknown): void {
    const inbox = this.#inboxes.get(id)
    if (inbox === undefined) this.#inboxes.set(id, [message])
    else inbox.push(message)
  }

  ref<N>(id: string): ActorRef<N> {
    return {
      id,
      path: `kit/${id}`,
      queued: 0,
      tell: (message, lane = 'user') => {
        this.#sent(id, message)
        this.#did({ kind: 'sent', to: id, message, lane })
      },
      offer: (message) => {
        this.#sent(id, message)
        this.#did({ kind: 'offered', to: id, message })
        return 'queued'
      },
      ask: <R>(make: (reply: (value: R) => void) => N, { timeoutMs }: { timeoutMs: number }) =>
        new Promise<R>((resolve) => {
          const message = make(resolve)
          this.#questions.push(resolve as (value: unknown) => void)
          this.#sent(id, message)
          this.#did({ kind: 'asked', to: id, message, timeoutMs })
        }),
      stop: () => Promise.resolve(),
      isAlive: () => true,
    }
  }

  #createContext(): ActorContext<M> {
    return {
      self: this.ref('self'),
      incarnation: 1,
      signal: this.#abort.signal,
      timers: this.#createTimers(),
      spawn: ({ id }) => {
        this.#did({ kind: 'spawned', actor: id })
        return this.ref(id)
      },
      watch: (ref, make) => {
        this.#watches.set(ref.id, make)
        this.#did({ kind: 'watched', actor: ref.id })
      },
      watchWith: (ref, message) => {
        this.#watches.set(ref.id, () => message)
        this.#did({ kind: 'watched', actor: ref.id })
      },
      unwatch: (ref) => {
        this.#watches.delete(ref.id)
        this.#did({ kind: 'unwatched', actor: ref.id })
      },
      forward: (ref, message) => {
        this.#sent(ref.id, message)
        this.#did({ kind: 'forwarded', to: ref.id, message })
      },
      become: (receiver) => {
        this.#receiver = receiver
        this.#did({ kind: 'became' })
      },
      stash: () => this.#did({ kind: 'stashed' }),
      unstashAll: () => this.#did({ kind: 'unstashed' }),
      unhandled: (message) => this.#did({ kind: 'unhandled', message }),
      subscribe: (topic, make) => {
        this.#topics.set(topic, make)
        this.#did({ kind: 'subscribed', topic: topic.name })
      },
      unsubscribe: (topic) => {
        this.#topics.delete(topic)
        this.#did({ kind: 'unsubscribed', topic: topic.name })
      },
      publish: (topic, event) => this.#did({ kind: 'published', topic: topic.name, event }),
      stop: () => this.#did({ kind: 'stopped' }),
    }
  }

  #createTimers(): ActorTimers<M> {
    const set =
      (timer: 'once' | 'every' | 'everyAtRate' | 'afterSilence') =>
      (name: string, ms: number, message: M): void => {
        this.#timers.set(name, { message, isOnce: timer === 'once' })
        this.#did({ kind: 'timerSet', name, timer, ms, message })
      }
    return {
      once: set('once'),
      every: set('every'),
      everyAtRate: set('everyAtRate'),
      afterSilence: set('afterSilence'),
      cancel: (name) => {
        this.#timers.delete(name)
        this.#did({ kind: 'timerCanceled', name })
      },
    }
  }
}
