import { createActorSystem, createManualRuntime } from '@millrace/core'
import { attachInspector, fromMachine, readSnapshot } from '@millrace/core/xstate'
import { expect, it } from 'vitest'
import { assign, setup } from 'xstate'

// A light that goes out by itself.
const light = setup({
  types: { context: {} as { presses: number }, events: {} as { type: 'PRESS' } },
  actions: { wentOut: () => undefined },
}).createMachine({
  id: 'light',
  context: { presses: 0 },
  initial: 'off',
  states: {
    off: {
      on: {
        PRESS: {
          target: 'on',
          actions: assign({ presses: ({ context }) => context.presses + 1 }),
        },
      },
    },
    on: { after: { 30_000: { target: 'off', actions: 'wentOut' } } },
  },
})

it('is on for thirty seconds, which take no time here', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const log: string[] = []
  const diary = system.spawn<string>({
    id: 'diary',
    create: () => ({ receive: (line) => void log.push(line) }),
  })
  const actor = system.spawn(
    fromMachine(light, {
      id: 'light',
      restart: 'permanent',
      // Called once per incarnation: these actions may use the context of the actor, and other actors.
      provide: (cell) => ({
        actions: { wentOut: () => diary.tell(`out, incarnation ${cell.incarnation}`) },
      }),
    }),
  )
  const states: string[] = []
  const detach = attachInspector(actor, (event) => {
    if (event.type === '@xstate.snapshot')
      states.push((event.snapshot as { value?: string }).value ?? '')
  })

  actor.tell({ type: 'PRESS' })
  runtime.advance(30_000)
  const answer = readSnapshot(actor, { timeoutMs: 1000 })
  await runtime.settle()

  expect(log).toEqual(['out, incarnation 1'])
  expect((await answer).context.presses).toBe(1)
  expect(states).toEqual(['down', 'starting', 'running'])
  detach()
})
