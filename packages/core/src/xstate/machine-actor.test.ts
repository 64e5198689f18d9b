import { expect, it } from 'vitest'
import { assign, emit, fromCallback, fromPromise, sendTo, setup } from 'xstate'

import type { ActorRef } from '../actor.ts'
import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { fromMachine, readSnapshot } from './from-machine.ts'

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }), seen: [] as string[] }
}

const lamp = setup({
  types: {
    context: {} as { presses: number },
    events: {} as { type: 'PRESS' | 'BREAK' | 'END' },
    input: {} as { presses: number },
  },
  actions: {
    count: assign({ presses: ({ context }) => context.presses + 1 }),
    fail: () => {
      throw new Error('burnt out')
    },
  },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ presses: input.presses }),
  initial: 'off',
  on: { BREAK: { actions: 'fail' }, END: '.gone' },
  states: {
    off: { on: { PRESS: { target: 'on', actions: 'count' } } },
    on: { after: { 1000: 'off' } },
    gone: { type: 'final' },
  },
})

it('answers with its snapshot between two events', async () => {
  const { runtime, system } = setUp()
  const actor = system.spawn(fromMachine(lamp, { id: 'lamp', input: { presses: 5 } }))

  actor.tell({ type: 'PRESS' })
  const answer = readSnapshot(actor, { timeoutMs: 100 })
  await runtime.settle()
  const snapshot = await answer

  expect([snapshot.value, snapshot.context.presses, snapshot.status]).toEqual(['on', 6, 'active'])
})

it('crashes when an action throws, and begins anew without the timers of before', () => {
  const { runtime, system, seen } = setUp()
  const onSnapshot = ({ value }: { value: unknown }) => seen.push(String(value))
  system.events.on('restarted', ({ cause }) => seen.push(String(cause)))
  const actor = system.spawn(
    fromMachine(lamp, { id: 'lamp', restart: 'permanent', input: { presses: 0 }, onSnapshot }),
  )

  actor.tell({ type: 'PRESS' })
  runtime.advance(500)
  actor.tell({ type: 'BREAK' })
  actor.tell({ type: 'PRESS' })
  runtime.advance(800)
  seen.push('800 ms later')
  runtime.advance(200)

  expect(seen).toEqual(['off', 'on', 'off', 'Error: burnt out', 'on', '800 ms later', 'off'])
})

it('ends in the normal way with its final state', () => {
  const { runtime, system, seen } = setUp()
  system.events.on('stopped', ({ cause }) => seen.push(`stopped ${String(cause)}`))
  system.events.on('deadLetter', ({ reason }) => seen.push(reason))
  const actor = system.spawn(fromMachine(lamp, { id: 'lamp', input: { presses: 0 } }))

  actor.tell({ type: 'END' })
  actor.tell({ type: 'PRESS' })
  runtime.runUntilIdle()

  expect(seen).toEqual(['stopped', 'stopped undefined'])
})

it('gives actions the context of the actor: children, other actors, timers', () => {
  const { runtime, system, seen } = setUp()
  const other: ActorRef<string> = system.spawn<string>({
    id: 'other',
    create: () => ({ receive: (text) => void seen.push(text) }),
  })
  const machine = setup({
    types: { events: {} as { type: 'WORK' | 'RING' }, emitted: {} as { type: 'rang' } },
    actions: { work: () => undefined },
  }).createMachine({ on: { WORK: { actions: 'work' }, RING: { actions: emit({ type: 'rang' }) } } })
  const actor = system.spawn(
    fromMachine(machine, {
      id: 'm',
      onEmit: ({ type }) => seen.push(`${type} at ${runtime.now()}`),
      provide: (context) => ({
        actions: {
          work: () => {
            const child = context.spawn<number>({
              id: 'child',
              create: () => ({ receive: (value) => other.tell(`child ${value}`) }),
            })
            child.tell(1)
            context.timers.once('ring', 20, { type: 'RING' })
          },
        },
      }),
    }),
  )

  actor.tell({ type: 'WORK' })
  runtime.advance(20)

  expect(seen).toEqual(['child 1', 'rang at 20'])
})

function loader(load: (signal: AbortSignal) => Promise<string>) {
  return setup({
    types: { context: {} as { text: string }, events: {} as { type: 'LOAD' | 'LEAVE' } },
    actors: { load: fromPromise<string>(({ signal }) => load(signal)) },
  }).createMachine({
    context: { text: '' },
    initial: 'idle',
    states: {
      idle: { on: { LOAD: 'loading' } },
      loading: {
        on: { LEAVE: 'idle' },
        invoke: {
          src: 'load',
          onDone: { target: 'idle', actions: assign({ text: ({ event }) => event.output }) },
        },
      },
    },
  })
}

it('waits for an invoked promise without holding other messages back', async () => {
  const { runtime, system } = setUp()
  const machine = loader(() => new Promise((resolve) => runtime.timer(50, () => resolve('text'))))
  const actor = system.spawn(fromMachine(machine, { id: 'm' }))

  actor.tell({ type: 'LOAD' })
  const early = readSnapshot(actor, { timeoutMs: 10 })
  await runtime.elapse(50)
  const late = readSnapshot(actor, { timeoutMs: 10 })
  await runtime.settle()

  expect((await early).value).toBe('loading')
  expect([(await late).value, (await late).context.text]).toEqual(['idle', 'text'])
})

it('crashes when an invoked promise fails and no state handles it', async () => {
  const { runtime, system, seen } = setUp()
  system.events.on('stopped', ({ cause }) => seen.push(String(cause)))
  const machine = loader(() => Promise.reject(new Error('no file')))
  const actor = system.spawn(fromMachine(machine, { id: 'm' }))

  actor.tell({ type: 'LOAD' })
  await runtime.settle()

  expect(seen).toEqual(['Error: no file'])
})

it('aborts invoked promises when their state or the incarnation is left', async () => {
  const { runtime, system } = setUp()
  const signals: AbortSignal[] = []
  const machine = loader((signal) => {
    signals.push(signal)
    return new Promise(() => undefined)
  })
  const actor = system.spawn(fromMachine(machine, { id: 'm' }))

  for (const type of ['LOAD', 'LEAVE', 'LOAD'] as const) actor.tell({ type })
  await runtime.settle()
  const before = signals.map(({ aborted }) => aborted)
  await Promise.all([actor.stop(), runtime.settle()])

  expect(before).toEqual([true, false])
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
})

it('runs child machines and callbacks inside, with delays in the time of the system', async () => {
  const { runtime, system, seen } = setUp()
  const child = setup({ types: { events: {} as { type: 'PING' } } }).createMachine({
    initial: 'waiting',
    states: {
      waiting: { on: { PING: 'late' } },
      late: { after: { 30: 'done' } },
      done: { type: 'final' },
    },
  })
  const machine = setup({
    types: { events: {} as { type: 'HELLO' } },
    actors: {
      child,
      greeter: fromCallback<{ type: 'HELLO' }>(({ sendBack }) => {
        sendBack({ type: 'HELLO' })
        return () => seen.push('greeter ended')
      }),
    },
  }).createMachine({
    initial: 'first',
    invoke: { src: 'greeter' },
    states: {
      first: { on: { HELLO: 'second' } },
      second: {
        entry: sendTo('child', { type: 'PING' }),
        invoke: { src: 'child', id: 'child', onDone: 'third' },
      },
      third: {},
    },
  })
  const onSnapshot = ({ value }: { value: unknown }) =>
    seen.push(`${String(value)} ${runtime.now()}`)
  const actor = system.spawn(fromMachine(machine, { id: 'm', onSnapshot }))

  runtime.advance(100)
  await Promise.all([actor.stop(), runtime.settle()])

  expect(seen).toEqual(['first 0', 'second 0', 'third 30', 'greeter ended'])
})

it('leaves no dead letters for the delays it had when it was stopped', async () => {
  const { runtime, system, seen } = setUp()
  system.events.on('deadLetter', ({ reason }) => seen.push(reason))
  const actor = system.spawn(fromMachine(lamp, { id: 'lamp', input: { presses: 0 } }))

  actor.tell({ type: 'PRESS' })
  runtime.advance(10)
  await Promise.all([actor.stop(), runtime.settle()])

  expect(seen).toEqual([])
})
