import { expect, it } from 'vitest'

import type { ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime, type ManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

/** Crashes on `crash`, ends normally on `end`, keeps everything else. */
function recorder(id: string, seen: string[], extra: Partial<ActorSpec<string>> = {}) {
  const spec: ActorSpec<string> = {
    id,
    create: (context) => ({
      receive(message) {
        if (message === 'crash') throw new Error(`${id} crashed`)
        if (message === 'end') context.stop()
        else seen.push(`${id}${context.incarnation} ${message}`)
      },
      onStop() {
        seen.push(`${id}${context.incarnation} stops`)
      },
    }),
    ...extra,
  }
  return spec
}

async function settled<T>(runtime: ManualRuntime, promise: Promise<T>): Promise<T> {
  await runtime.settle()
  return promise
}

function setUp(budget: { intensity?: number; periodMs?: number } = {}) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const escalations: string[] = []
  const supervisor = system.supervise({
    id: 'top',
    ...budget,
    onEscalate: (cause, childId) => escalations.push(`${childId}: ${(cause as Error).message}`),
  })
  return { runtime, system, supervisor, escalations, seen: [] as string[] }
}

it.each([
  ['permanent', 'crash', ['running 2']],
  ['permanent', 'end', ['running 2']],
  ['transient', 'crash', ['running 2']],
  ['transient', 'end', ['stopped 1']],
  ['temporary', 'crash', []],
  ['temporary', 'end', []],
] as const)('a %s child after %s', async (restart, message, then) => {
  const { runtime, supervisor, seen } = setUp()
  const actor = await settled(runtime, supervisor.start(recorder('a', seen, { restart })))

  actor.tell(message)
  runtime.runUntilIdle()

  const left = supervisor.inspect().children.map((child) => `${child.state} ${child.incarnation}`)
  expect(left).toEqual(then)
})

it('changes exactly one incarnation and tells the cause', async () => {
  const { runtime, system, supervisor, seen } = setUp()
  const restarts: string[] = []
  system.events.on('restarted', (event) =>
    restarts.push(`${event.path} ${event.incarnation} ${(event.cause as Error).message}`),
  )
  const a = await settled(runtime, supervisor.start(recorder('a', seen)))
  await settled(runtime, supervisor.start(recorder('b', seen)))

  a.tell('crash')
  runtime.runUntilIdle()

  const shared = { kind: 'actor', restart: 'permanent', significant: false, children: [] }
  expect(supervisor.inspect()).toEqual({
    kind: 'supervisor',
    id: 'top',
    path: 'millrace/top',
    state: 'running',
    incarnation: 1,
    restart: 'temporary',
    significant: false,
    strategy: 'oneForOne',
    budget: { intensity: 3, periodMs: 60_000, restarts: [0] },
    lastCauses: [],
    children: [
      {
        ...shared,
        id: 'a',
        path: 'millrace/top/a',
        state: 'running',
        incarnation: 2,
        queued: 0,
        stashed: 0,
        lastCauses: [{ atMs: 0, cause: new Error('a crashed') }],
      },
      {
        ...shared,
        id: 'b',
        path: 'millrace/top/b',
        state: 'running',
        incarnation: 1,
        queued: 0,
        stashed: 0,
        lastCauses: [],
      },
    ],
  })
  expect(restarts).toEqual(['millrace/top/a 2 a crashed'])
})

it('gives up when the budget is spent: escalates once, stops the others in reverse', async () => {
  const { runtime, supervisor, escalations, seen } = setUp({ intensity: 1, periodMs: 1000 })
  await settled(runtime, supervisor.start(recorder('a', seen)))
  const b = await settled(runtime, supervisor.start(recorder('b', seen)))
  await settled(runtime, supervisor.start(recorder('c', seen)))

  b.tell('crash')
  b.tell('crash')
  runtime.runUntilIdle()

  expect(escalations).toEqual(['b: b crashed'])
  expect(seen).toEqual(['b1 stops', 'b2 stops', 'c1 stops', 'a1 stops'])
  expect(supervisor.inspect()).toMatchObject({
    state: 'stopped',
    budget: { restarts: [0, 0] },
    children: [],
  })
})

it('restarts for ever when failures are rare enough', async () => {
  const { runtime, supervisor, escalations, seen } = setUp({ intensity: 1, periodMs: 1000 })
  const a = await settled(runtime, supervisor.start(recorder('a', seen)))

  for (let failure = 0; failure < 20; failure++) {
    a.tell('crash')
    runtime.advance(1001)
  }

  expect(escalations).toEqual([])
  expect(supervisor.inspect().children[0]?.incarnation).toBe(21)
})

it('rejects start with the cause when the first create fails, and spends nothing', async () => {
  const { runtime, supervisor, escalations } = setUp({ intensity: 0 })
  const outcome = supervisor.start({
    id: 'a',
    create() {
      throw new Error('no such table')
    },
  })
  runtime.runUntilIdle()
  await expect(outcome).rejects.toThrow('no such table')

  expect(escalations).toEqual([])
  expect(supervisor.inspect()).toMatchObject({
    state: 'running',
    budget: { restarts: [] },
    children: [],
  })
})

it('starts a child that always fails to restart once, and then tries as often as the budget says', async () => {
  const { runtime, supervisor, escalations } = setUp({ intensity: 3 })
  let creations = 0
  const start = supervisor.start<string>({
    id: 'a',
    async create() {
      if (++creations > 1) throw new Error('still down')
      return {
        receive() {
          throw new Error('first')
        },
      }
    },
  })
  const a = await settled(runtime, start)

  a.tell('x')
  await runtime.settle()

  expect(creations).toBe(4)
  expect(escalations).toEqual(['a: still down'])
})

it('serves a stop that is queued before the next restart', async () => {
  const { runtime, supervisor, seen } = setUp({ intensity: 100 })
  let creations = 0
  const start = supervisor.start<string>({
    id: 'a',
    create() {
      if (++creations > 1) throw new Error('still down')
      return recorder('a', seen).create(undefined as never)
    },
  })
  const a = await settled(runtime, start)

  a.tell('crash')
  const stopped = a.stop()
  await settled(runtime, stopped)

  expect(creations).toBe(1)
})

it('dead-letters the failing message once with its cause and keeps the rest over two crashes', async () => {
  const { runtime, system, supervisor, seen } = setUp()
  const dead: string[] = []
  system.events.on('deadLetter', (letter) =>
    dead.push(`${String(letter.message)} ${letter.reason} ${(letter.cause as Error).message}`),
  )
  const a = await settled(runtime, supervisor.start(recorder('a', seen)))

  for (const message of ['1', 'crash', '2', 'crash', '3']) a.tell(message)
  runtime.runUntilIdle()

  expect(seen).toEqual(['a1 1', 'a1 stops', 'a2 2', 'a2 stops', 'a3 3'])
  expect(dead).toEqual(['crash failed a crashed', 'crash failed a crashed'])
})

it('kills at the deadline: the signal aborts, the context refuses, the result is discarded', async () => {
  const { runtime, system, supervisor } = setUp()
  const trace: string[] = []
  system.events.on('deadLetter', (letter) =>
    trace.push(`${String(letter.message)} ${letter.reason}`),
  )
  const gate = Promise.withResolvers<void>()
  const start = supervisor.start<string>({
    id: 'slow',
    shutdownMs: 100,
    create: (context) => ({
      async receive() {
        context.signal.addEventListener('abort', () => trace.push('aborted'))
        await gate.promise
        try {
          context.timers.once('x', 1, 'y')
        } catch (error) {
          trace.push((error as Error).message)
        }
      },
    }),
  })
  const slow: ActorRef<string> = await settled(runtime, start)
  slow.tell('endless')
  slow.tell('queued')
  await runtime.settle()

  const stopped = supervisor.stop()
  await runtime.elapse(99)
  const before = supervisor.inspect().state
  await runtime.elapse(1)
  await stopped
  gate.resolve()
  await runtime.settle()

  expect(before).toBe('stopping')
  expect(trace).toEqual([
    'aborted',
    'endless killed',
    'queued stopped',
    'Incarnation 1 of actor millrace/top/slow has ended; its context can do nothing.',
  ])
})

it('refuses children while it stops, and two of the same id', async () => {
  const { runtime, supervisor, seen } = setUp()
  await settled(runtime, supervisor.start(recorder('a', seen)))

  await expect(supervisor.start(recorder('a', seen))).rejects.toThrow(
    'millrace/top already has a child with the id "a".',
  )
  const stopped = supervisor.stop()
  await expect(supervisor.start(recorder('b', seen))).rejects.toThrow(
    'millrace/top is stopping or has stopped.',
  )
  await settled(runtime, stopped)
  await settled(runtime, supervisor.stop())
})

it('does not start a child that was stopped for good before its turn came', async () => {
  const { runtime, system, seen } = setUp()
  const top = system.supervise({
    id: 'ordered',
    children: [
      {
        id: 'first',
        create: async () => {
          await runtime.yield()
          return { receive() {} }
        },
      },
      {
        id: 'gone',
        restart: 'temporary',
        create: () => ({ receive: () => void seen.push('gone') }),
      },
      recorder('last', seen),
    ],
  })
  const [, gone] = top.whichChildren()
  if (gone?.kind === 'actor') void gone.ref.stop()
  await Promise.all([top.started(), runtime.settle()])

  expect(top.whichChildren().map(({ id, state }) => `${id} ${state}`)).toEqual([
    'first running',
    'last running',
  ])
})

it('tells why, with which message and at which try a child was restarted or given up', async () => {
  const { runtime, system } = setUp()
  const told: unknown[] = []
  for (const name of ['restarted', 'escalated'] as const) {
    system.events.on(name, (event) => told.push({ name, ...event }))
  }
  let starts = 0
  const top = system.supervise({
    id: 'shop',
    strategy: 'oneForAll',
    intensity: 2,
    children: [
      {
        id: 'a',
        budget: { intensity: 2, periodMs: 60_000 },
        create() {
          if (++starts === 2) throw new Error('locked')
          return {
            receive(message: string) {
              throw new Error(message)
            },
          }
        },
      },
      { id: 'b', create: () => ({ receive() {} }) },
    ],
  })
  await runtime.settle()
  const [a] = top.whichChildren()

  if (a?.kind === 'actor') (a.ref as ActorRef<string>).tell('torn')
  await runtime.settle()
  const budget = top.inspect().children.map((child) => child.budget)
  if (a?.kind === 'actor') (a.ref as ActorRef<string>).tell('torn again')
  await runtime.settle()

  const locked = { cause: new Error('locked'), attempt: 2 }
  expect(told).toEqual([
    { name: 'restarted', path: 'millrace/shop/a', incarnation: 3, ...locked },
    { name: 'restarted', path: 'millrace/shop/b', incarnation: 2, ...locked },
    {
      name: 'escalated',
      path: 'millrace/shop',
      childId: 'a',
      cause: new Error('torn again'),
      message: 'torn again',
      attempt: 1,
    },
  ])
  expect(budget).toEqual([{ intensity: 2, periodMs: 60_000, restarts: [0, 0] }, undefined])
})

it('lives on when restarted by the first of two who have waited for its end', async () => {
  const { runtime, system, supervisor: top, seen } = setUp()
  const slow = recorder('slow', seen)
  const sleep = (): Promise<void> => new Promise((resolve) => void runtime.timer(9, resolve))
  const create = (): ReturnType<typeof slow.create> => ({ receive: () => {}, onStop: sleep })
  const inner = { id: 'inner', children: [{ ...slow, create }, recorder('a', seen)] }
  const child = await settled(runtime, top.start(inner))

  void child.stop()
  void top.terminateChild('inner')
  void top.restartChild('inner')
  await runtime.elapse(20)

  expect(child.inspect().state).toBe('running')
  expect(child.inspect().children.map(({ state }) => state)).toEqual(['running', 'running'])
  void system.stop()
  await runtime.elapse(20)
  expect(seen).toEqual(['a1 stops', 'a1 stops'])
})
