import { defineError, type ErrorOf } from '@millrace/base'

/** No reply came in time. */
export const ACT_ASK_TIMEOUT: ErrorOf<{ path: string; timeoutMs: number }> = defineError({
  code: 'ACT_ASK_TIMEOUT',
  retry: 'later',
  message: (details) => `Actor ${details.path} did not reply within ${details.timeoutMs} ms.`,
  hint: () => 'Raise timeoutMs, or find out what keeps the actor busy.',
})

/** The receiver of a question ended or gave up the message before it replied; the cause is kept. */
export const ACT_ASK_DEAD: ErrorOf<{ path: string }> = defineError({
  code: 'ACT_ASK_DEAD',
  message: (details) => `Actor ${details.path} will not reply: it gave up the question.`,
  hint: () => 'Look at the cause, and at the dead letters of the system for the reason.',
})

/** A context was used after its incarnation ended. */
export const ACT_REVOKED: ErrorOf<{ path: string; incarnation: number }> = defineError({
  code: 'ACT_REVOKED',
  message: (details) =>
    `Incarnation ${details.incarnation} of actor ${details.path} has ended; its context can do nothing.`,
  hint: () => 'Check context.signal after each await, and use the context of the new incarnation.',
})

/** Two siblings have the same id. */
export const ACT_DUPLICATE_ID: ErrorOf<{ path: string; id: string }> = defineError({
  code: 'ACT_DUPLICATE_ID',
  message: (details) => `${details.path} already has a child with the id "${details.id}".`,
  hint: () => 'Give every child an id of its own, or stop the first one and wait for its end.',
})

/** Something was started, or was starting, under a parent that is stopping or has stopped. */
export const ACT_STOPPED: ErrorOf<{ path: string }> = defineError({
  code: 'ACT_STOPPED',
  message: (details) => `${details.path} is stopping or has stopped.`,
  hint: () => 'Start children while their parent runs.',
})

/** A message did not fit into a mailbox with `overflow: 'fail'`. */
export const ACT_MAILBOX_FULL: ErrorOf<{ path: string; capacity: number }> = defineError({
  code: 'ACT_MAILBOX_FULL',
  message: (details) =>
    `The mailbox of actor ${details.path} holds no more than ${details.capacity} messages.`,
  hint: () => 'Raise mailbox.capacity, slow the senders down, or choose dropOldest or dropNewest.',
})

/** An actor was given an impossible specification. */
export const ACT_SPEC: ErrorOf<{ id: string; fault: string }> = defineError({
  code: 'ACT_SPEC',
  message: (details) => `The specification of actor "${details.id}" is wrong: ${details.fault}.`,
  hint: () => 'Correct the specification; nothing was started.',
})
