import { defineError, type ErrorOf } from '@millrace/base'

/** No reply came in time. */
export const ACT_ASK_TIMEOUT: ErrorOf<{ path: string; timeoutMs: number }> = defineError({
  code: 'ACT_ASK_TIMEOUT',
  retry: 'later',
  message: (details) => `Actor ${details.path} did not reply within ${details.timeoutMs} ms.`,
  hint: () => 'Raise timeoutMs, or find out what keeps the actor busy.',
})

/** A question was asked with a time limit that is none; nothing was sent. */
export const ACT_ASK_LIMIT: ErrorOf<{ path: string; timeoutMs: number }> = defineError({
  code: 'ACT_ASK_LIMIT',
  message: (details) =>
    `Actor ${details.path} cannot be asked with timeoutMs ${details.timeoutMs}.`,
  hint: () => 'Give a number above 0; Infinity waits as long as the actor holds the question.',
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

/** The phases of a shutdown contradict one another, or a task came to a phase that is not there or has begun. */
export const ACT_PHASES: ErrorOf<{ fault: string }> = defineError({
  code: 'ACT_PHASES',
  message: (details) => `The phases of the shutdown are wrong: ${details.fault}.`,
  hint: () =>
    'Give every phase and every task of a phase an id of its own, let `after` name phases only, and add tasks before their phase begins.',
})

/** A task of a shutdown phase was not done in time; the next phase began without it. */
export const ACT_PHASE_TIMEOUT: ErrorOf<{ phase: string; task: string; timeoutMs: number }> =
  defineError({
    code: 'ACT_PHASE_TIMEOUT',
    message: (details) =>
      `Task ${details.task} of the shutdown phase ${details.phase} was not done within ${details.timeoutMs} ms.`,
    hint: () => 'Raise timeoutMs, or let the task end when its signal aborts.',
  })

/** A timer was given a time that is none. */
export const ACT_TIMER: ErrorOf<{ path: string; name: string; ms: number }> = defineError({
  code: 'ACT_TIMER',
  message: (details) =>
    `Timer "${details.name}" of actor ${details.path} cannot be set to ${details.ms} ms.`,
  hint: () => 'Give a number of 0 or more; above 0 for everyAtRate and afterSilence.',
})

/** An actor wanted to put a message aside when it had none that can be. */
export const ACT_STASH: ErrorOf<{ path: string }> = defineError({
  code: 'ACT_STASH',
  message: (details) => `Actor ${details.path} has no message in hand that can be put aside.`,
  hint: () =>
    'Call context.stash() while receive handles a message that was sent: not in create, receiveBatch or for a timer or a watch.',
})

/** A child of a supervisor could not start, so the supervisor did not either; the cause is kept. */
export const ACT_START: ErrorOf<{ path: string; id: string }> = defineError({
  code: 'ACT_START',
  retry: 'later',
  message: (details) => `Supervisor ${details.path} cannot start its child "${details.id}".`,
  hint: () => 'Look at the cause: it is what the child threw. The children before it were stopped.',
})

/** A supervisor was asked about a child that it does not have. */
export const ACT_NO_CHILD: ErrorOf<{ path: string; id: string }> = defineError({
  code: 'ACT_NO_CHILD',
  message: (details) => `${details.path} has no child with the id "${details.id}".`,
  hint: () =>
    'whichChildren() lists the ids. Temporary and dynamic children are gone once they end.',
})

/** Only a stopped child can be started again or deleted. */
export const ACT_CHILD_RUNNING: ErrorOf<{ path: string; state: string }> = defineError({
  code: 'ACT_CHILD_RUNNING',
  message: (details) => `${details.path} is not stopped; its state is ${details.state}.`,
  hint: () => 'Wait for terminateChild first.',
})
