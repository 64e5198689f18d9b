import { setup } from 'xstate'

/** What can happen to a mailbox gate. */
export type MailboxMachineEvent = { type: 'HOLD' | 'RELEASE' | 'CLOSE' }

/** The gate of one mailbox, as written: open delivers, held only queues, closed refuses for ever. */
export const mailboxMachine = setup({
  types: { events: {} as MailboxMachineEvent },
}).createMachine({
  id: 'mailbox',
  initial: 'held',
  states: {
    held: { on: { RELEASE: 'open', CLOSE: 'closed' } },
    open: { on: { HOLD: 'held', CLOSE: 'closed' } },
    closed: { type: 'final' },
  },
})
