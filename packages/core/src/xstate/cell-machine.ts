import { setup } from 'xstate'

import { named } from './named-actions.ts'

/** What can happen to a cell. Budgets, deadlines and restart types are decided in plain code, which then sends the result. */
export type CellMachineEvent = {
  type:
    | 'READY'
    | 'SUSPEND'
    | 'RESUME'
    | 'FAILED'
    | 'EXITED'
    | 'GRANTED'
    | 'DENIED'
    | 'TORN_DOWN'
    | 'STOP'
    | 'KILL'
}

/**
 * The life of one actor, as written; cells run the table compiled from it. Open it in XState's tools.
 * What a state does not list it ignores: a late RESUME of a killed handler, for one.
 */
export const cellMachine = setup({
  types: { events: {} as CellMachineEvent },
  actions: named([
    'create',
    'openGate',
    'holdGate',
    'closeGate',
    'endIncarnation',
    'askSupervisor',
    'tearDown',
    'armDeadline',
    'bury',
  ]),
}).createMachine({
  id: 'cell',
  initial: 'starting',
  states: {
    starting: {
      entry: 'create',
      on: { READY: 'running', FAILED: 'stopping', STOP: 'stopping', KILL: 'stopped' },
    },
    running: {
      entry: 'openGate',
      on: {
        SUSPEND: 'suspended',
        FAILED: 'down',
        EXITED: 'down',
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    // A handler returned a promise: nothing else is handled until it settles.
    suspended: {
      entry: 'holdGate',
      on: {
        RESUME: 'running',
        FAILED: 'down',
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    down: {
      entry: ['holdGate', 'endIncarnation', 'askSupervisor'],
      on: { GRANTED: 'tearingDown', DENIED: 'stopping', STOP: 'stopping', KILL: 'stopped' },
    },
    tearingDown: {
      entry: 'tearDown',
      on: { TORN_DOWN: 'restarting', STOP: 'stopping', KILL: 'stopped' },
    },
    // Unlike a first start, a failing restart goes back to the supervisor.
    restarting: {
      entry: 'create',
      on: { READY: 'running', FAILED: 'down', STOP: 'stopping', KILL: 'stopped' },
    },
    stopping: {
      entry: ['closeGate', 'armDeadline', 'tearDown'],
      on: { TORN_DOWN: 'stopped', KILL: 'stopped' },
    },
    stopped: { type: 'final', entry: ['closeGate', 'endIncarnation', 'bury'] },
  },
})
