import { setup } from 'xstate'

import { named } from './named-actions.ts'

/** What can happen to a supervisor: DENIED is a restart that its budget refused. */
export type SupervisorMachineEvent = { type: 'DENIED' | 'STOP' | 'CHILDREN_GONE' }

/** The life of one supervisor, as written; supervisors run the table compiled from it. */
export const supervisorMachine = setup({
  types: { events: {} as SupervisorMachineEvent },
  actions: named(['escalate', 'stopChildren', 'finish']),
}).createMachine({
  id: 'supervisor',
  initial: 'running',
  states: {
    running: { on: { DENIED: 'givingUp', STOP: 'stopping' } },
    givingUp: { entry: ['escalate', 'stopChildren'], on: { CHILDREN_GONE: 'stopped' } },
    stopping: { entry: 'stopChildren', on: { CHILDREN_GONE: 'stopped' } },
    stopped: { type: 'final', entry: 'finish' },
  },
})
