import { EventEmitter } from 'eventemitter3'

import type { Runtime } from '@millrace/base'
import type { Lane, Overflow } from './actor.ts'
import { type Child, type ChildRecord, type End, none } from './child.ts'

/**
 * Why a message had no receiver: the actor had ended (`stopped`), its handler `failed`, it was `killed` with the message in hand, a
 * router had no routee (`noRoutee`), a handler had no use for it (`unhandled`). Nothing is lost in the rest: the message of a timer or
 * the notice of a watch was queued when it was taken back (`canceled`), or its incarnation `ended`.
 */
export type DeadLetterReason =
  | 'stopped'
  | 'failed'
  | 'killed'
  | 'noRoutee'
  | 'unhandled'
  | 'canceled'
  | 'ended'

/** What happened when a mailbox was full: its rule, or the message is an offer that waits for room. */
export type OverflowPolicy = Overflow | 'wait'

/** What a system tells about itself, by event name. */
export interface ActorEventMap {
  started: [{ readonly path: string }]
  /**
   * `cause` is the failure of the child itself, or of the sibling that drew it along; `message` the one in hand, absent without one.
   * `attempt` is 1 if the first try succeeded, 0 after `restartChild`.
   */
  restarted: [
    {
      readonly path: string
      readonly incarnation: number
      readonly cause: unknown
      readonly message?: unknown
      readonly attempt: number
    },
  ]
  /** `cause` is undefined after a normal end. */
  stopped: [{ readonly path: string; readonly cause: unknown }]
  /** A message without receiver; the notice of a watch has `lane` system and no `message`. */
  deadLetter: [
    {
      readonly path: string
      readonly message: unknown
      readonly lane: Lane
      readonly reason: DeadLetterReason
      readonly cause: unknown
      /** How often its handler has failed with it, or was ended with it in hand. */
      readonly attempts: number
    },
  ]
  /** A mailbox was full. `message` was given up, unless `policy` is `wait`. */
  overflow: [{ readonly path: string; readonly message: unknown; readonly policy: OverflowPolicy }]
  /** No restart was granted to a child of `path`; `attempt` counts it. */
  escalated: [
    {
      readonly path: string
      readonly childId: string
      readonly cause: unknown
      readonly message?: unknown
      readonly attempt: number
    },
  ]
}

/** The event stream of a system. A listener that throws is reported through the runtime and disturbs nobody. */
export type ActorEvents = EventEmitter<ActorEventMap>

/** The emitting side: building an event costs nothing while nobody listens, because callers ask `has` first. */
export class EventStream {
  readonly emitter: ActorEvents = new EventEmitter<ActorEventMap>()
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  has(name: keyof ActorEventMap): boolean {
    return this.emitter.listenerCount(name) > 0
  }

  emit<Name extends keyof ActorEventMap>(name: Name, event: ActorEventMap[Name][0]): void {
    try {
      // The emitter's own types do not follow a generic name.
      const args = [event] as unknown as EventEmitter.EventArgs<ActorEventMap, Name>
      this.emitter.emit(name, ...args)
    } catch (error) {
      this.#runtime.schedule(() => {
        throw error
      })
    }
  }

  /** Reports a first start or a restart. Paths are computed, so not for nobody. */
  begun(child: Child, record: ChildRecord | undefined): void {
    const { incarnation } = child
    if (incarnation === 1) {
      if (this.has('started')) this.emit('started', { path: child.path })
    } else if (this.has('restarted')) {
      const attempt = record?.attempt ?? 0
      this.emit('restarted', { path: child.path, incarnation, ...whyOf(record?.end), attempt })
    }
  }

  escalated(path: string, childId: string, end: End, attempt: number): void {
    if (this.has('escalated')) this.emit('escalated', { path, childId, ...whyOf(end), attempt })
  }

  ended(actor: { readonly path: string }, cause: unknown): void {
    if (this.has('stopped')) this.emit('stopped', { path: actor.path, cause })
  }
}

function whyOf(end: End | undefined): { cause: unknown; message?: unknown } {
  if (end === undefined || end.message === none) return { cause: end?.cause }
  return { cause: end.cause, message: end.message }
}
