import type { ActorRef } from './actor.ts'

/** A ref that is not an actor itself but stands for one, such as that of a router: who watches it watches the actor. */
export abstract class StandIn<M> {
  abstract readonly actor: ActorRef<M>
  /** To whom a message for it goes, so that a forwarded question goes there too; itself if to many, none if to nobody. */
  abstract receiverOf(message: M): ActorRef<M> | undefined
}
