// The lifecycles of cells, mailbox gates and supervisors as XState v5 machines, to read, draw and explore.
// They are the written form; what runs are the tables in lifecycle.table.ts, tested equal to these.
// The main entry of the package never loads this one, nor XState.
// After a change here: node scripts/generate-lifecycle.ts
// Start with xstate/cell-machine.ts.
export { type CellMachineEvent, cellMachine } from './xstate/cell-machine.ts'
export { compileMachine } from './xstate/compile.ts'
export {
  fromMachine,
  type FromMachineOptions,
  type MachineMessage,
  readSnapshot,
  type SnapshotOf,
  type SnapshotRequest,
} from './xstate/from-machine.ts'
export { attachInspector } from './xstate/inspector.ts'
export { mailboxMachine, type MailboxMachineEvent } from './xstate/mailbox-machine.ts'
export { supervisorMachine, type SupervisorMachineEvent } from './xstate/supervisor-machine.ts'
