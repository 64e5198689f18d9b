import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assign,
  createActor,
  enqueueActions,
  log,
  setup,
  SimulatedClock,
  type StateValue,
} from 'xstate'

import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { fromMachine } from './from-machine.ts'

type Event = { type: 'GO' | 'BACK' | 'PICK' | 'RESET' } | { type: 'ADD'; by: number }

/** Nested, parallel and history states, guards, raised events, delays that start over, eventless transitions. */
function machineOf(trace: string[]) {
  return setup({
    types: { context: {} as { total: number; waits: number }, events: {} as Event },
    actions: {
      note: ({ context, event, self }, params: { what: string }) => {
        trace.push(`${params.what} ${context.total} ${event.type} ${typeof self.send}`)
      },
    },
    guards: { isLarge: ({ context }) => context.total > 7 },
    delays: { pause: ({ context }) => 10 + context.total },
  }).createMachine({
    id: 'm',
    context: { total: 0, waits: 0 },
    type: 'parallel',
    states: {
      work: {
        initial: 'idle',
        states: {
          idle: {
            entry: { type: 'note', params: { what: 'idle' } },
            on: { GO: 'busy' },
            after: {
              35: {
                target: 'busy',
                actions: assign({ waits: ({ context }) => context.waits + 1 }),
              },
            },
          },
          busy: {
            initial: 'one',
            entry: { type: 'note', params: { what: 'busy' } },
            exit: { type: 'note', params: { what: 'left' } },
            on: { BACK: 'idle', RESET: { target: 'busy', reenter: true } },
            states: {
              one: { after: { pause: 'two' }, on: { PICK: 'two' } },
              two: { always: { guard: 'isLarge', target: '#m.work.large' }, after: { 20: 'one' } },
              recent: { type: 'history' },
            },
          },
          large: {
            entry: [
              assign({ total: 0 }),
              enqueueActions(({ enqueue, context }) => {
                if (context.waits > 1) enqueue.raise({ type: 'PICK' }, { delay: 5, id: 'later' })
                else enqueue.raise({ type: 'BACK' })
              }),
            ],
            exit: log('leaving'),
            on: { PICK: '#m.work.busy.recent', BACK: 'idle', RESET: 'idle' },
          },
        },
      },
      count: {
        on: {
          ADD: {
            actions: [
              assign({ total: ({ context, event }) => context.total + event.by }),
              { type: 'note', params: { what: 'added' } },
            ],
          },
        },
      },
    },
  })
}

const step = fc.oneof(
  fc.constantFrom<Event>({ type: 'GO' }, { type: 'BACK' }, { type: 'PICK' }, { type: 'RESET' }),
  fc.record({ type: fc.constant('ADD' as const), by: fc.integer({ min: 1, max: 5 }) }),
  fc.integer({ min: 0, max: 40 }),
)

describe('a machine as an actor', () => {
  it("goes through the states, contexts and actions of XState's own actor, delays included", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const theirs: string[] = []
        const clock = new SimulatedClock()
        const actor = createActor(machineOf(theirs), {
          clock,
          logger: (text) => theirs.push(String(text)),
        })
        const theirStates: [StateValue, unknown][] = []
        actor.subscribe(({ value, context }) => theirStates.push([value, context]))
        actor.start()
        const ours: string[] = []
        const ourStates: [StateValue, unknown][] = []
        const runtime = createManualRuntime()
        const ref = createActorSystem({ runtime }).spawn(
          fromMachine(machineOf(ours), {
            id: 'm',
            onSnapshot: ({ value, context }) => ourStates.push([value, context]),
            onLog: (text) => ours.push(String(text)),
          }),
        )
        runtime.runUntilIdle()
        for (const next of steps) {
          if (typeof next === 'number') {
            // One by one: XState's clock dates what fires within a step to its end.
            for (let ms = 0; ms < next; ms++) clock.increment(1)
            runtime.advance(next)
          } else {
            actor.send(next)
            ref.tell(next)
            runtime.runUntilIdle()
          }
        }

        expect(ours).toEqual(theirs)
        expect(ourStates).toEqual(theirStates)
      }),
      { numRuns: 200 },
    )
  })
})
