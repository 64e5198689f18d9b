import type { ActorSpec } from './actor.ts'
import { Delivery, type DeliveryHost } from './delivery.ts'
import { Inbox } from './inbox.ts'
import { deliveryRules, mailboxRules } from './mailbox-rules.ts'
import { Pending } from './pending.ts'
import type { Services } from './services.ts'

/** Where the messages of an actor come in, wait and are handed out, and the promise it waits for; an actor that never had one does without. */
export class Mailroom<M> {
  readonly inbox: Inbox
  readonly pending = new Pending()
  readonly delivery: Delivery<M>

  constructor(host: DeliveryHost, services: Services, spec: ActorSpec<M>) {
    this.inbox = new Inbox(services, host, mailboxRules(spec))
    this.delivery = new Delivery(host, this.inbox, this.pending, deliveryRules(spec))
  }
}
