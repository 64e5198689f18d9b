import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { type AnyStateMachine, initialTransition, transition } from 'xstate'

import { actionsOf, nextState } from './lifecycle.ts'
import { cellTable, mailboxTable, supervisorTable } from './lifecycle.table.ts'
import { cellMachine, compileMachine, mailboxMachine, supervisorMachine } from './xstate.ts'

const pairs = [
  { name: 'cell', machine: cellMachine as AnyStateMachine, table: cellTable },
  { name: 'mailbox', machine: mailboxMachine as AnyStateMachine, table: mailboxTable },
  { name: 'supervisor', machine: supervisorMachine as AnyStateMachine, table: supervisorTable },
]

it.each(pairs)('$name: the table is what its machine says for every state and event', (pair) => {
  expect(pair.table).toEqual(compileMachine(pair.machine))
})

it.each(pairs)('$name: every state that is written can be reached', ({ machine, table }) => {
  expect([...table.states].toSorted()).toEqual(Object.keys(machine.root.states).toSorted())
})

it.each(pairs)('$name: random walks agree step by step', ({ machine, table }) => {
  const random = createRandom(7)
  for (let walk = 0; walk < 200; walk++) {
    let [snapshot] = initialTransition(machine)
    let state = 0
    for (let step = 0; step < 15 && snapshot.status === 'active'; step++) {
      const event = Math.floor(random() * table.events.length)
      const [next, effects] = transition(machine, snapshot, { type: table.events[event] ?? '' })
      const actions = actionsOf(table, state, event).map((action) => table.actions[action])
      const to = nextState(table, state, event)
      snapshot = next
      state = to < 0 ? state : to

      expect(table.states[state]).toBe(snapshot.value)
      expect(actions).toEqual(effects.map((effect) => effect.type))
    }
  }
})

it('says which events a stopping actor still heeds', () => {
  const stopping = cellTable.states.indexOf('stopping')

  const heeded = cellTable.events.filter((_, event) => nextState(cellTable, stopping, event) >= 0)

  expect(heeded).toEqual(['KILL', 'TIMEOUT', 'TORN_DOWN'])
})
