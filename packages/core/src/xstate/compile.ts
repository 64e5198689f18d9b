import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  initialTransition,
  transition,
} from 'xstate'

import type { LifecycleTable } from '../lifecycle.ts'

/**
 * Compiles a machine without context into an integer table by trying every event in every state it reaches.
 * States are numbered in the order they are found, events and actions by name.
 */
export function compileMachine(machine: AnyStateMachine): LifecycleTable {
  const events = machine.events.map(String).toSorted()
  const actions = Object.keys(machine.implementations.actions).toSorted()
  const [first, firstActions] = initialTransition(machine)
  const snapshots: AnyMachineSnapshot[] = [first]
  const states: string[] = [String(first.value)]
  const next: number[][] = []
  const perform: (readonly number[])[][] = []
  const numbersOf = (list: readonly { type: string }[]): number[] =>
    list.map((action) => actions.indexOf(action.type)).filter((index) => index >= 0)

  for (let state = 0; state < snapshots.length; state++) {
    const from = snapshots[state] as AnyMachineSnapshot
    const nextRow: number[] = []
    const performRow: (readonly number[])[] = []
    for (const type of events) {
      const [to, effects] =
        from.status === 'active' ? transition(machine, from, { type }) : [from, []]
      const name = String(to.value)
      if (!states.includes(name)) {
        states.push(name)
        snapshots.push(to)
      }
      const isIgnored = to.value === from.value && effects.length === 0
      nextRow.push(isIgnored ? -1 : states.indexOf(name))
      performRow.push(isIgnored ? [] : numbersOf(effects))
    }
    next.push(nextRow)
    perform.push(performRow)
  }
  return { states, events, actions, initial: numbersOf(firstActions), next, perform }
}
