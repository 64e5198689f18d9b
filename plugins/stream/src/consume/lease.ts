import type { Message } from '../store/messages.ts'

/** A window as its handler gets it. */
export interface Window<T = unknown> {
  /** What the handler is for: the values of the messages, or what the emitter made of them. */
  readonly values: readonly T[]
  readonly messages: readonly Message<T>[]
  /** Bounds of its time, epoch ms, where it has any; `end` is exclusive. */
  readonly start: number | undefined
  readonly end: number | undefined
  /** How often it was given to a handler, this time included. */
  readonly attempt: number
}

/** A window that is leased: nobody else gets it before `until`, or before it failed. */
export interface Lease<T = unknown> extends Window<T> {
  readonly group: string
  /** Offset of its first message, and the one behind its last. */
  readonly first: number
  readonly last: number
  /** Epoch ms. */
  until: number
  /** Holds it for another lease time. Rejects with `STREAM_LEASE_LOST`. */
  extend(): Promise<void>
  /** The window is done. With `keep: false` messages that all groups are done with are deleted. Rejects with `STREAM_LEASE_LOST`. */
  done(options?: { readonly keep?: boolean }): Promise<void>
  /** It failed: it is given out again after a pause, or is dead when it was tried often enough; says which. Rejects with `STREAM_LEASE_LOST`. */
  fail(error: unknown): Promise<'waiting' | 'dead'>
}
