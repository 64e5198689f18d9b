import type { ActorSpec } from './actor.ts'
import type { DeliveryRules } from './delivery.ts'
import { ACT_SPEC } from './errors.ts'
import type { MailboxRules } from './mailbox.ts'

// Shared by all actors that ask for nothing special.
const plainMailbox: MailboxRules = { capacity: Infinity, overflow: 'fail', priority: undefined }
const plainDelivery: DeliveryRules = { batch: 1, redeliver: 0 }

/** The mailbox of a specification. Throws ACT_SPEC. */
export function mailboxRules<M>(spec: ActorSpec<M>): MailboxRules {
  const { mailbox } = spec
  if (mailbox === undefined) return plainMailbox
  const { capacity = Infinity, overflow = 'fail' } = mailbox
  if (!(capacity >= 1)) {
    throw ACT_SPEC({ id: spec.id, fault: `mailbox.capacity must be at least 1; got ${capacity}` })
  }
  const hasPriority = mailbox.priority !== undefined
  const priority = hasPriority ? (message: M) => mailbox.priority?.(message) ?? NaN : undefined
  return { capacity, overflow, priority }
}

/** How messages of a specification are delivered. Throws ACT_SPEC. */
export function deliveryRules<M>(spec: ActorSpec<M>): DeliveryRules {
  const batch = spec.mailbox?.batch ?? 1
  const redeliver = spec.redeliver ?? 0
  if (batch === 1 && redeliver === 0) return plainDelivery
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw ACT_SPEC({
      id: spec.id,
      fault: `mailbox.batch must be an integer of at least 1; got ${batch}`,
    })
  }
  if (!(redeliver >= 0)) {
    throw ACT_SPEC({ id: spec.id, fault: `redeliver must be at least 0; got ${redeliver}` })
  }
  return { batch, redeliver }
}
