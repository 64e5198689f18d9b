import { fromMachine } from '@millrace/core/xstate'
import fc from 'fast-check'
import { assign, fromPromise, raise, setup } from 'xstate'
import { actorLaws } from './actor-laws.ts'
import type { ActorWorld } from './run-actor.ts'

/** A machine with all that waits: `after`, an event that is raised later, an invoked promise. */
function fetcher({ sleep }: ActorWorld) {
  return setup({
    types: {
      context: {} as { total: number },
      events: {} as { type: 'GO' | 'BACK' | 'LOAD' | 'LATER' },
    },
    actors: {
      load: fromPromise(async () => {
        await sleep(7)
        return 5
      }),
    },
  }).createMachine({
    context: { total: 0 },
    initial: 'idle',
    states: {
      idle: { on: { GO: 'busy', LOAD: 'loading' }, after: { 300: 'busy' } },
      busy: {
        entry: raise({ type: 'LATER' }, { delay: 13 }),
        on: {
          BACK: 'idle',
          LATER: { target: 'idle', actions: assign({ total: ({ context }) => context.total + 1 }) },
        },
      },
      loading: {
        on: { BACK: 'idle' },
        invoke: {
          src: 'load',
          onDone: {
            target: 'idle',
            actions: assign({ total: ({ context, event }) => context.total + event.output }),
          },
        },
      },
    },
  })
}

actorLaws(
  (world) =>
    fromMachine(fetcher(world), {
      id: 'fetcher',
      onSnapshot: ({ value, context }) => world.report([value, context.total]),
    }),
  { messages: fc.constantFrom({ type: 'GO' }, { type: 'BACK' }, { type: 'LOAD' }) },
)
