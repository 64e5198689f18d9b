import { setup } from 'xstate'

import { named } from './named-actions.ts'

/** What can happen to a cell. Budgets, delays, deadlines and restart types are decided in plain code, which then sends the result. */
export type CellMachineEvent = {
  type:
    | 'START'
    | 'READY'
    | 'IGNORED'
    | 'SUSPEND'
    | 'RESUME'
    | 'FAILED'
    | 'EXITED'
    | 'HALT'
    | 'BACK_OFF'
    | 'TORN_DOWN'
    | 'TIMEOUT'
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
    'tearDown',
    'abandon',
    'report',
    'bury',
  ]),
}).createMachine({
  id: 'cell',
  initial: 'down',
  states: {
    // Between incarnations: the mailbox is kept, and only the supervisor starts the next one.
    down: {
      on: { START: 'starting', BACK_OFF: 'backingOff', STOP: 'stopping', KILL: 'stopped' },
    },
    backingOff: { on: { START: 'starting', HALT: 'down', STOP: 'stopping', KILL: 'stopped' } },
    starting: {
      entry: 'create',
      on: {
        READY: 'running',
        IGNORED: 'stopping',
        FAILED: 'tearingDown',
        HALT: 'halting',
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    running: {
      entry: 'openGate',
      on: {
        SUSPEND: 'suspended',
        FAILED: 'tearingDown',
        EXITED: 'tearingDown',
        HALT: 'halting',
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    // A handler returned a promise: nothing else is handled until it settles.
    suspended: {
      entry: 'holdGate',
      on: {
        RESUME: 'running',
        FAILED: 'tearingDown',
        HALT: 'halting',
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    // It ended by itself: its rights go first, then its children.
    tearingDown: {
      entry: ['holdGate', 'endIncarnation', 'tearDown'],
      on: {
        TORN_DOWN: { target: 'down', actions: 'report' },
        TIMEOUT: { target: 'down', actions: ['abandon', 'report'] },
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    // Its supervisor ends this incarnation because of a sibling: it may finish the message in hand.
    halting: {
      entry: ['holdGate', 'tearDown'],
      on: {
        TORN_DOWN: { target: 'down', actions: ['endIncarnation', 'report'] },
        TIMEOUT: { target: 'down', actions: ['endIncarnation', 'abandon', 'report'] },
        STOP: 'stopping',
        KILL: 'stopped',
      },
    },
    stopping: {
      entry: ['closeGate', 'tearDown'],
      on: { TORN_DOWN: 'stopped', TIMEOUT: 'stopped', KILL: 'stopped' },
    },
    stopped: { type: 'final', entry: ['closeGate', 'endIncarnation', 'bury'] },
  },
})
