import type { Topic } from './topics.ts'

/** In which order queued messages are taken: all of `system`, then `control`, then `user`. Watches use `system`. */
export type Lane = 'system' | 'control' | 'user'

/** What a full mailbox does: give up the oldest or the newest user message, or fail the actor (ACT_MAILBOX_FULL). */
export type Overflow = 'dropOldest' | 'dropNewest' | 'fail'

/** When a supervisor starts an actor again: always, after a crash only, or never. */
export type RestartType = 'permanent' | 'transient' | 'temporary'

/** What an actor does; made by `create` once per incarnation, so its fields are that incarnation's state. */
export interface Behavior<M> {
  /** Handles one message at a time. A promise suspends the actor until it settles; only a native Promise counts. A throw or rejection is a crash. */
  receive(message: M, context: ActorContext<M>): void | Promise<void>
  /**
   * Handles up to `mailbox.batch` user messages at once, in order; used where both are given. Messages of other lanes, and
   * those that come once more, go one by one through `receive`. So do those of a batch that failed, after the restart.
   */
  receiveBatch?(messages: readonly M[], context: ActorContext<M>): void | Promise<void>
  /** Called before a restart and at a stop, after the children have stopped. */
  onStop?(): void | Promise<void>
}

/** What `become` puts in force: how messages are handled from then on. */
export type Receiver<M> = Pick<Behavior<M>, 'receive' | 'receiveBatch'>

/** How messages wait for an actor. */
export interface MailboxSpec<M> {
  /** Bounds the user lane together with the stash (messages; default unbounded). Other lanes have no bound. */
  readonly capacity?: number
  /** What a full mailbox does; default `fail`. */
  readonly overflow?: Overflow
  /**
   * Rank of a user message: the smallest is taken first, equals in the order they came. `dropOldest` then gives up the oldest
   * of the least urgent. Runs when the message is queued; what it throws (or NaN) makes the message a dead letter.
   */
  priority?(message: M): number
  /** The most messages `receiveBatch` gets at once; default 1, which leaves all to `receive`. */
  readonly batch?: number
}

/** What became of an offered message: it is in the mailbox, or the actor has ended and the sender keeps it. */
export type OfferResult = 'queued' | 'stopped'

/** What `create` returns when there is nothing to run: the specification stays with its supervisor, without an instance. */
export const ignore: unique symbol = Symbol('ignore')

/** How many restarts are granted within a period. */
export interface Budget {
  /** Restarts granted within `periodMs`; a whole number or `Infinity`. 0 gives up on the first failure. */
  readonly intensity: number
  /** Length of the sliding window in ms, both ends included; may be `Infinity`. */
  readonly periodMs: number
}

/** How long a restart waits: min(maxMs, minMs * factor^k) after k restarts in a row, then lengthened by chance, never over `maxMs`. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
  /** At least 1; default 2. */
  readonly factor?: number
  /** The share of the delay that chance may add; default 0, which adds nothing. */
  readonly jitter?: number
  /** An incarnation that ran this long starts the count again at 0; default (minMs + maxMs) / 2. */
  readonly resetAfterMs?: number
}

/** How to start an actor. */
export interface ActorSpec<M> {
  /** Unique among its siblings; not empty, without `/`. */
  readonly id: string
  /** Makes the behavior of one incarnation; a throw or rejection is a failed start. */
  create(
    context: ActorContext<M>,
  ): Behavior<M> | typeof ignore | Promise<Behavior<M> | typeof ignore>
  readonly mailbox?: MailboxSpec<M>
  /** How often a message comes again after its handler failed, before all that came after it; default 0. After that it is a dead letter. */
  readonly redeliver?: number
  /** Default `permanent` under a supervisor, `temporary` for a plain `spawn`. */
  readonly restart?: RestartType
  /** How long a stop may take before the actor is killed; ms, default 5,000. 0 kills at once, without `onStop`; `Infinity` waits. */
  readonly shutdownMs?: number
  /** Default none: a restart begins at once. */
  readonly backoff?: Backoff
  /** A budget of its own beside that of the supervisor: a restart must be granted by both. */
  readonly budget?: Budget
  /** Its end by itself can end the supervisor, see `autoShutdown`; default false. Not for permanent children. */
  readonly significant?: boolean
  /** Children outlive a restart of this actor; `spawn` with the id of one that was kept gives its ref. Default false: they end first. */
  readonly keepChildren?: boolean
}

/** The address of an actor; stays valid over restarts and after its end. */
export interface ActorRef<M> {
  readonly id: string
  /** Ids from the system down, such as `millrace/job/filter`. */
  readonly path: string
  /** Queues `message` and returns at once. Never throws and never runs the receiver: what cannot be delivered becomes a dead letter with a reason. */
  tell(message: M, lane?: 'user' | 'control'): void
  /**
   * Queues a user message if there is room, else waits for room in line with other offers, whatever `mailbox.overflow` says.
   * Never throws or rejects. A result of `stopped` means that the message was not sent: it is no dead letter.
   */
  offer(message: M): OfferResult | Promise<OfferResult>
  /**
   * Sends what `make` returns and resolves with what is passed to `reply`; later replies vanish.
   * Rejects with ACT_ASK_TIMEOUT after `timeoutMs` (above 0, may be `Infinity`; else ACT_ASK_LIMIT and nothing is sent), and with
   * ACT_ASK_DEAD as soon as no reply can come any more. Let `make` return an object or `reply` itself: a text, a number or the like
   * cannot be told from its equals, so it may have to wait for its deadline when it is given up, or when its equals wait behind it.
   */
  ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R>
  /** Ends the actor after the message in hand; it is not restarted. What is queued becomes dead letters. Resolves when it has ended. */
  stop(): Promise<void>
  /** False as soon as messages are refused. */
  isAlive(): boolean
  /** Messages that wait in the mailbox now; the one in hand is not among them. */
  readonly queued: number
}

/**
 * Timers of one incarnation, by name; they end with it. A message comes in the control lane, at most one per name is queued.
 * What they still hold when the actor ends for good becomes dead letters. Times in ms; ACT_TIMER for one that is impossible.
 */
export interface ActorTimers<M> {
  /** Sends `message` once after `delayMs`. Replaces a timer of the same name. */
  once(name: string, delayMs: number, message: M): void
  /** Sends `message` again and again, each `periodMs` after the last one was handled. Replaces a timer of the same name. */
  every(name: string, periodMs: number, message: M): void
  /** Sends `message` at fixed times, `periodMs` apart from now on; those that were missed are left out. Replaces a timer of the same name. */
  everyAtRate(name: string, periodMs: number, message: M): void
  /** Sends `message` whenever nothing was handled, and nothing waited, for `silenceMs`. Replaces a timer of the same name. */
  afterSilence(name: string, silenceMs: number, message: M): void
  /** Stops the timer, also when its message is queued already. */
  cancel(name: string): void
}

/** What an incarnation may use. All but `self`, `incarnation` and `signal` throws ACT_REVOKED once it has ended. */
export interface ActorContext<M> {
  readonly self: ActorRef<M>
  /** 1 for the first start, one more for each restart. */
  readonly incarnation: number
  /** Aborted when this incarnation ends. */
  readonly signal: AbortSignal
  /** Starts a child, which stops before this incarnation is over. Throws ACT_DUPLICATE_ID. */
  spawn<N>(spec: ActorSpec<N>): ActorRef<N>
  /** Queues `make()` in the system lane once when `ref` has ended for good, at once if it has already. Restarts do not show. */
  watch<N>(ref: ActorRef<N>, make: () => M): void
  /** Like `watch`, with a message that is there already. */
  watchWith<N>(ref: ActorRef<N>, message: M): void
  /** Takes all watches of `ref` back: nothing arrives any more, even if it is queued. */
  unwatch<N>(ref: ActorRef<N>): void
  /** Sends `message` on; if it is a question, it is the other actor's from now on and rejects when that one dies. */
  forward<N>(ref: ActorRef<N>, message: N, lane?: 'user' | 'control'): void
  /** Handles messages another way from the next one on, until the incarnation ends. `onStop` stays that of `create`. Throws ACT_SPEC without `receive`. */
  become(receiver: Receiver<M>): void
  /**
   * Puts the message in hand aside once its handler has finished; it counts against the capacity of the mailbox.
   * A restart brings it back by itself. Throws ACT_STASH without such a message: in a batch, for a timer, for a watch.
   */
  stash(): void
  /** Brings back what was put aside, in the order it came, before all other user messages and one by one. */
  unstashAll(): void
  /** Tells the world that this handler has no use for `message`: the event `unhandled`; if it is a question, it is rejected. */
  unhandled(message: M): void
  /** Gets `make(event)`, in the user lane, for each event published on `topic` from now on; replaces an earlier subscription. */
  subscribe<T>(topic: Topic<T>, make: (event: T) => M): void
  unsubscribe<T>(topic: Topic<T>): void
  /** Sends `event` to all who subscribed to `topic`, like `system.stream.publish`. */
  publish<T>(topic: Topic<T>, event: T): void
  /** Ends this actor in the normal way after the message in hand; a permanent one is restarted. */
  stop(): void
  readonly timers: ActorTimers<M>
}
