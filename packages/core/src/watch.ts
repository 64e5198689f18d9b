import type { ActorRef } from './actor.ts'

/** One watch of one incarnation, and at the end of the other actor the notice in the system lane. */
export class Watch {
  readonly ref: ActorRef<never>
  readonly make: () => unknown
  /** Takes the watch off the other actor. */
  release: (() => void) | undefined
  /** Why its notice is worth nothing any more. */
  over: 'canceled' | 'ended' | undefined

  constructor(ref: ActorRef<never>, make: () => unknown) {
    this.ref = ref
    this.make = make
  }

  end(reason: 'canceled' | 'ended'): void {
    this.over ??= reason
    this.release?.()
    this.release = undefined
  }
}
