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
  /** Called before a restart and at a stop, after the children have stopped. */
  onStop?(): void | Promise<void>
}

/** How to start an actor. */
export interface ActorSpec<M> {
  /** Unique among its siblings. */
  readonly id: string
  create(context: ActorContext<M>): Behavior<M> | Promise<Behavior<M>>
  /** `capacity` bounds the user lane (messages; default unbounded), `overflow` defaults to `fail`. Other lanes have no bound. */
  readonly mailbox?: { readonly capacity?: number; readonly overflow?: Overflow }
  /** Default `permanent` under a supervisor, `temporary` for a plain `spawn`. */
  readonly restart?: RestartType
  /** How long a stop may take before the actor is killed; ms, default 5,000, `Infinity` waits. */
  readonly shutdownMs?: number
}

/** The address of an actor; stays valid over restarts and after its end. */
export interface ActorRef<M> {
  readonly id: string
  /** Ids from the system down, such as `millrace/job/filter`. */
  readonly path: string
  /** Queues `message` and returns at once. Never throws and never runs the receiver: what cannot be delivered becomes a dead letter with a reason. */
  tell(message: M, lane?: 'user' | 'control'): void
  /**
   * Sends what `make` returns and resolves with what is passed to `reply`; later replies vanish.
   * Rejects with ACT_ASK_TIMEOUT after `timeoutMs`, and with ACT_ASK_DEAD as soon as no reply can come any more.
   */
  ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R>
  /** Ends the actor after the message in hand; it is not restarted. What is queued becomes dead letters. Resolves when it has ended. */
  stop(): Promise<void>
  /** False as soon as messages are refused. */
  isAlive(): boolean
  /** Messages that wait in the mailbox now; the one in hand is not among them. */
  readonly queued: number
}

/** Timers of one incarnation, by name; they end with it. A message comes in the control lane, at most one per name is queued. */
export interface ActorTimers<M> {
  /** Sends `message` once after `delayMs`. Replaces a timer of the same name. */
  once(name: string, delayMs: number, message: M): void
  /** Sends `message` again and again, each `periodMs` after the last one was handled. Replaces a timer of the same name. */
  every(name: string, periodMs: number, message: M): void
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
  /** Queues `make()` in the system lane once when `ref` has ended for good, at once if it has already. */
  watch<N>(ref: ActorRef<N>, make: () => M): void
  /** Ends this actor in the normal way after the message in hand; a permanent one is restarted. */
  stop(): void
  readonly timers: ActorTimers<M>
}
