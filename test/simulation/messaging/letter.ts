/** What a letter makes its receiver do. */
export type Errand =
  | { readonly kind: 'nothing' | 'reply' | 'exit' | 'stash' | 'unstash' | 'crash' | 'crashOnce' }
  | { readonly kind: 'wait' | 'crashLater' | 'timer'; readonly ms: number }
  | {
      readonly kind: 'send' | 'ask' | 'offer' | 'forward' | 'watch' | 'unwatch'
      readonly to: number
    }

export type Lane = 'user' | 'control'

/** A message that knows what became of it. */
export class Letter {
  readonly id: number
  readonly errand: Errand
  readonly lane: Lane
  readonly rank: number
  /** Who sent it to whom, and as the how manieth of the pair; a forwarded one has had several of each. */
  from: number
  to: number
  seq: number
  /** How it was sent: offers may wait while others pass. */
  way: 'tell' | 'offer'
  /** False while an offer waits. */
  isSent = false
  /** True once its present receiver got it. */
  isSeen = false
  isInHand = false
  isStashed = false
  /** It came back from the stash, before other user messages: whatever lane it was sent in. */
  wasStashed = false
  /** How often a handler failed with it alone. */
  attempts = 0
  /** True once it was in a batch that failed. */
  wasInBatch = false
  fate: 'handled' | 'dead' | 'dropped' | 'returned' | undefined
  reply: ((value: number) => void) | undefined

  constructor(
    id: number,
    parts: Pick<Letter, 'errand' | 'lane' | 'rank' | 'from' | 'to' | 'seq' | 'way'>,
  ) {
    this.id = id
    this.errand = parts.errand
    this.lane = parts.lane
    this.rank = parts.rank
    this.from = parts.from
    this.to = parts.to
    this.seq = parts.seq
    this.way = parts.way
  }

  /** For reports. */
  get name(): string {
    return `letter ${this.id} (${this.errand.kind}) from ${this.from} to ${this.to}`
  }
}

/** The message of a timer or of a watch. */
export interface Notice {
  readonly kind: 'tick' | 'ended'
  readonly incarnation: number
  readonly watch?: number
}

export type Mail = Letter | Notice
