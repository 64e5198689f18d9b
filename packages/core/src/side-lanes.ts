import { RingBuffer } from '@millrace/base'

import type { Lane } from './actor.ts'
import { RankedLane } from './ranked-lane.ts'

/** Where a message was taken from; `replay` holds what comes once more, before the other user messages. */
export type TakenFrom = Lane | 'replay'

/** The lanes of a mailbox beside its plain user lane, and its stash. */
export class SideLanes {
  readonly system = new RingBuffer<unknown>()
  readonly control = new RingBuffer<unknown>()
  readonly replay = new RingBuffer<unknown>()
  ranked: RankedLane | undefined
  stash: unknown[] = []
  #takenFrom: TakenFrom = 'user'

  /** Messages that no bound counts. */
  get exempt(): number {
    return this.system.length + this.control.length
  }

  get takenFrom(): TakenFrom {
    return this.#takenFrom
  }

  /** Takes the most urgent message; only when there is one. */
  take(): unknown {
    if (this.system.length > 0) {
      this.#takenFrom = 'system'
      return this.system.shift()
    }
    if (this.control.length > 0) {
      this.#takenFrom = 'control'
      return this.control.shift()
    }
    if (this.replay.length > 0) {
      this.#takenFrom = 'replay'
      return this.replay.shift()
    }
    this.#takenFrom = 'user'
    return this.ranked?.shift()
  }
}
