import type { ActorSpec } from './actor.ts'
import type { DeliveryRules } from './delivery.ts'
import type { MailboxRules } from './mailbox.ts'

// Shared by all actors that ask for nothing special.
const plainMailbox: MailboxRules = { capacity: Infinity, overflow: 'fail', priority: undefined }
const plainDelivery: DeliveryRules = { batch: 1, redeliver: 0 }

/** The mailbox of a specification that was checked. */
export function mailboxRules<M>(spec: ActorSpec<M>): MailboxRules {
  const { mailbox } = spec
  if (mailbox === undefined) return plainMailbox
  const { capacity = Infinity, overflow = 'fail' } = mailbox
  const hasPriority = mailbox.priority !== undefined
  const priority = hasPriority ? (message: M) => mailbox.priority?.(message) ?? NaN : undefined
  return { capacity, overflow, priority }
}

/** How messages of a specification that was checked are delivered. */
export function deliveryRules<M>(spec: ActorSpec<M>): DeliveryRules {
  const batch = spec.mailbox?.batch ?? 1
  const redeliver = spec.redeliver ?? 0
  if (batch === 1 && redeliver === 0) return plainDelivery
  return { batch, redeliver }
}
