import { RingBuffer } from '@millrace/base'

import type { OfferResult } from './actor.ts'

interface WaitingOffer {
  readonly message: unknown
  readonly resolve: (result: OfferResult) => void
}

/** Messages whose senders wait until a mailbox has room, in the order they came. */
export class WaitingOffers {
  readonly #waiting = new RingBuffer<WaitingOffer>()

  get length(): number {
    return this.#waiting.length
  }

  add(message: unknown): Promise<OfferResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ message, resolve })
    })
  }

  /** Hands the first message to `queue` and tells its sender. */
  takeNext(queue: (message: unknown) => void): void {
    const offer = this.#waiting.shift()
    if (offer === undefined) return
    queue(offer.message)
    offer.resolve('queued')
  }

  /** Tells all senders that the actor has ended. */
  giveUp(): void {
    for (let offer = this.#waiting.shift(); offer !== undefined; offer = this.#waiting.shift()) {
      offer.resolve('stopped')
    }
  }
}
