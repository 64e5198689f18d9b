/**
 * What became of all messages of a system since it was made. At all times
 * `sent = handled + queued + stashed + dead + dropped`. What timers and watches bring counts once it is queued.
 */
export interface MessageCounts {
  /**
   * Accepted by `tell` and the like, of actors and routers, whatever became of them; an `offer` once it was taken. What a handler
   * calls `unhandled` counts once more: it is passed on, to nobody.
   */
  readonly sent: number
  /** Their handler has finished. */
  readonly handled: number
  /** Those without a fate: in a mailbox, or in a handler's hand. */
  readonly queued: number
  readonly stashed: number
  /** Told as `deadLetter`. */
  readonly dead: number
  /** Told as `overflow`, by a rule other than `wait`. */
  readonly dropped: number
}

/** The counts as the cells of one system keep them. */
export class MessageLedger {
  sent = 0
  handled = 0
  stashed = 0
  dead = 0
  dropped = 0

  snapshot(): MessageCounts {
    const { sent, handled, stashed, dead, dropped } = this
    const queued = sent - handled - stashed - dead - dropped
    return { sent, handled, queued, stashed, dead, dropped }
  }
}
