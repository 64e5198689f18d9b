import { RingBuffer } from '@millrace/base'

import type { Lane, Overflow } from './actor.ts'
import { nextState } from './lifecycle.ts'
import { mailboxTable, MailboxState } from './lifecycle.table.ts'
import { RankedLane } from './ranked-lane.ts'
import { SideLanes, type TakenFrom } from './side-lanes.ts'

// Read for every message.
const { open, closed, held } = MailboxState

/** What a mailbox holds, and in which order it gives it. */
export interface MailboxRules {
  readonly capacity: number
  readonly overflow: Overflow
  readonly priority: ((message: never) => number) | undefined
}

/** The queue in front of one actor: its lanes, its stash and a gate. Lanes are made when first used. */
export class Mailbox {
  readonly rules: MailboxRules
  /** True if a user message is only to be queued: no bound, no priorities, and the gate is not closed. */
  takesAll: boolean
  #gate: number = held
  readonly #user = new RingBuffer<unknown>()
  #side: SideLanes | undefined
  /** How many messages are in side lanes, ready to be taken. */
  #aside = 0
  #takenFrom: TakenFrom = 'user'

  constructor(rules: MailboxRules) {
    this.rules = rules
    this.takesAll = rules.capacity === Infinity && rules.priority === undefined
  }

  /** What can be taken; the stash is not part of it. */
  get length(): number {
    return this.#aside + this.#user.length
  }

  /** Messages put aside. */
  get stashed(): number {
    return this.#side?.stash.length ?? 0
  }

  get isOpen(): boolean {
    return this.#gate === open
  }

  get isClosed(): boolean {
    return this.#gate === closed
  }

  /** How many more user messages there may be; the stash counts, urgent lanes do not. */
  get room(): number {
    const side = this.#side
    const counted = side === undefined ? 0 : side.stash.length - side.exempt
    return this.rules.capacity - this.length - counted
  }

  get isFull(): boolean {
    return this.room <= 0
  }

  /** True if the next message, if there is one, is in the plain user lane. */
  get hasPlainNext(): boolean {
    return this.#aside === 0
  }

  /** True if nothing comes before the next user message, and there is one. */
  get hasUserNext(): boolean {
    const side = this.#side
    const urgent = side === undefined ? 0 : side.exempt + side.replay.length
    return urgent === 0 && this.length > 0
  }

  /** Where `take` took its last message. */
  get takenFrom(): TakenFrom {
    return this.#takenFrom
  }

  /** Moves the gate: one of `MailboxEvent`. */
  move(event: number): void {
    const next = nextState(mailboxTable, this.#gate, event)
    if (next >= 0) this.#gate = next
    if (next === closed) this.takesAll = false
  }

  /** Adds to the plain user lane. */
  pushUser(message: unknown): void {
    this.#user.push(message)
  }

  /** Adds to the user lane by rank. */
  pushRanked(message: unknown, rank: number): void {
    const asides = this.#asides()
    asides.ranked ??= new RankedLane(this.rules.overflow === 'dropOldest')
    asides.ranked.push(message, rank)
  }

  /** Adds to the end of an urgent lane. */
  pushUrgent(message: unknown, lane: 'system' | 'control'): void {
    this.#asides()[lane].push(message)
  }

  /** Puts a message before the others of its lane. */
  pushBack(message: unknown, lane: Lane): void {
    const asides = this.#asides()
    if (lane === 'control') asides.control.unshift(message)
    else asides.replay.unshift(message)
  }

  pushStash(message: unknown): void {
    this.#side ??= new SideLanes()
    this.#side.stash.push(message)
  }

  /** Empties the stash. */
  takeStash(): unknown[] {
    const stash = this.#side?.stash ?? []
    if (this.#side !== undefined) this.#side.stash = []
    return stash
  }

  /** Takes the next message of the plain user lane; only when it is the next of all. */
  takePlain(): unknown {
    return this.#user.shift()
  }

  /** Takes the next message of the most urgent lane; only when `length` is not 0. */
  take(): unknown {
    const side = this.#side
    if (side === undefined || this.#aside === 0) {
      this.#takenFrom = 'user'
      return this.#user.shift()
    }
    this.#aside--
    const message = side.take()
    this.#takenFrom = side.takenFrom
    return message
  }

  /** Takes the oldest user message, or of ranked ones the oldest of the least urgent; only when `isFull`. */
  takeOldest(): { readonly message: unknown; readonly isStashed: boolean } {
    const side = this.#side
    if (side?.ranked !== undefined && side.ranked.length > 0) {
      this.#aside--
      return { message: side.ranked.takeLeast(), isStashed: false }
    }
    if (side !== undefined && side.stash.length > 0) {
      return { message: side.stash.shift(), isStashed: true }
    }
    if (side !== undefined && side.replay.length > 0) {
      this.#aside--
      return { message: side.replay.shift(), isStashed: false }
    }
    return { message: this.#user.shift(), isStashed: false }
  }

  /** Empties the system lane: notices of watches end with the incarnation that set them. */
  takeSystem(): unknown[] {
    const lane = this.#side?.system
    if (lane === undefined) return []
    const notices = Array.from({ length: lane.length }, () => lane.shift())
    this.#aside -= notices.length
    return notices
  }

  /** Everything that waits, the stash included; nothing is taken. */
  contents(): unknown[] {
    const side = this.#side
    if (side === undefined) return contentsOf(this.#user)
    return [
      ...side.stash,
      ...contentsOf(side.control),
      ...contentsOf(side.replay),
      ...(side.ranked?.contents() ?? []),
      ...contentsOf(this.#user),
    ]
  }

  /** The side lanes, about to get one message more. */
  #asides(): SideLanes {
    this.#aside++
    this.#side ??= new SideLanes()
    return this.#side
  }
}

function contentsOf(lane: RingBuffer<unknown>): unknown[] {
  return Array.from({ length: lane.length }, () => {
    const message = lane.shift()
    lane.push(message)
    return message
  })
}
