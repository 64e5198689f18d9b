import { RingBuffer } from '@millrace/base'

import type { Lane, Overflow } from './actor.ts'
import { nextState } from './lifecycle.ts'
import { mailboxTable, MailboxState } from './lifecycle.table.ts'

// Read for every message.
const { open, closed, held } = MailboxState

/** The queue in front of one actor: three lanes and a gate. Lanes are made when first used. */
export class Mailbox {
  readonly capacity: number
  readonly overflow: Overflow
  #gate: number = held
  #user: RingBuffer<unknown> | undefined
  #control: RingBuffer<unknown> | undefined
  #system: RingBuffer<unknown> | undefined
  #length = 0
  #urgent = 0
  #takenFrom: Lane = 'user'

  constructor(capacity: number, overflow: Overflow) {
    this.capacity = capacity
    this.overflow = overflow
  }

  get length(): number {
    return this.#length
  }

  get isOpen(): boolean {
    return this.#gate === open
  }

  get isClosed(): boolean {
    return this.#gate === closed
  }

  /** True if the user lane holds as much as it may. */
  get isFull(): boolean {
    return this.#length - this.#urgent >= this.capacity
  }

  /** The lane of the message that `take` gave last. */
  get takenFrom(): Lane {
    return this.#takenFrom
  }

  /** Moves the gate: one of `MailboxEvent`. */
  move(event: number): void {
    const next = nextState(mailboxTable, this.#gate, event)
    if (next >= 0) this.#gate = next
  }

  push(message: unknown, lane: Lane): void {
    this.#length++
    if (lane === 'user') {
      this.#user ??= new RingBuffer()
      this.#user.push(message)
      return
    }
    this.#urgent++
    if (lane === 'control') {
      this.#control ??= new RingBuffer()
      this.#control.push(message)
    } else {
      this.#system ??= new RingBuffer()
      this.#system.push(message)
    }
  }

  /** Takes the next message of the most urgent lane; only when `length` is not 0. */
  take(): unknown {
    this.#length--
    if (this.#urgent === 0) {
      this.#takenFrom = 'user'
      return this.#user?.shift()
    }
    this.#urgent--
    if (this.#system !== undefined && this.#system.length > 0) {
      this.#takenFrom = 'system'
      return this.#system.shift()
    }
    this.#takenFrom = 'control'
    return this.#control?.shift()
  }

  /** Takes the oldest message of the user lane; only when there is one. */
  takeOldestUser(): unknown {
    this.#length--
    return this.#user?.shift()
  }

  /** Forgets the system lane: notices of watches end with the incarnation that set them. */
  clearSystem(): void {
    const count = this.#system?.length ?? 0
    this.#length -= count
    this.#urgent -= count
    this.#system = undefined
  }
}
