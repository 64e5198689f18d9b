import { setup } from 'xstate'

import { named } from './named-actions.ts'

/** What can happen to a supervisor: DENIED is a restart that a budget refused, SHUT_DOWN the end of a significant child. */
export type SupervisorMachineEvent = {
  type:
    | 'CHILDREN_UP'
    | 'START_FAILED'
    | 'RESTART_GROUP'
    | 'GROUP_DONE'
    | 'DENIED'
    | 'SHUT_DOWN'
    | 'STOP'
    | 'CHILDREN_GONE'
}

/**
 * One life of a supervisor, as written; supervisors run the table compiled from it.
 * A group is what `oneForAll` and `restForOne` restart together; GROUP_DONE also when a try failed or waits for its delay.
 */
export const supervisorMachine = setup({
  types: { events: {} as SupervisorMachineEvent },
  actions: named(['escalate', 'stopChildren', 'finish']),
}).createMachine({
  id: 'supervisor',
  initial: 'starting',
  states: {
    starting: {
      on: { CHILDREN_UP: 'running', START_FAILED: 'stopping', STOP: 'stopping' },
    },
    running: {
      on: {
        RESTART_GROUP: 'restartingGroup',
        DENIED: 'givingUp',
        SHUT_DOWN: 'stopping',
        STOP: 'stopping',
      },
    },
    restartingGroup: { on: { GROUP_DONE: 'running', STOP: 'stopping' } },
    givingUp: { entry: ['escalate', 'stopChildren'], on: { CHILDREN_GONE: 'stopped' } },
    stopping: { entry: 'stopChildren', on: { CHILDREN_GONE: 'stopped' } },
    stopped: { type: 'final', entry: 'finish' },
  },
})
