import { expect, it } from 'vitest'

import type { ActorSpec } from './actor.ts'
import { createCrashingActors } from './crashing-actors.test-support.ts'
import type { ChildHandle, SupervisorSpec } from './supervisor-spec.ts'

function createWorld() {
  const world = createCrashingActors()
  const { runtime, system, trace } = world
  /** Its end takes 5 ms. */
  const slow = (id: string): ActorSpec<string> => ({
    id,
    create: () => ({
      receive() {},
      onStop: () =>
        new Promise((resolve) => {
          trace.push(`${id} stops`)
          runtime.timer(5, resolve)
        }),
    }),
  })
  const start = async (spec: SupervisorSpec) => {
    const supervisor = system.supervise(spec)
    await runtime.settle()
    trace.length = 0
    return supervisor
  }
  return { ...world, slow, start }
}

function supervisorOf(handle: ChildHandle | undefined) {
  if (handle?.kind !== 'supervisor') throw new Error('no supervisor')
  return handle.supervisor
}

it.each(['oneForOne', 'dynamic'] as const)(
  'law 15: a restart that was granted never begins once its %s supervisor gives up',
  async (strategy) => {
    const { runtime, trace, actor, slow, start, crash } = createWorld()
    const top = await start({ id: 'top', strategy, intensity: 1 })
    for (const spec of [actor('a'), actor('b'), slow('c')]) {
      await Promise.all([top.start(spec), runtime.settle()])
    }
    trace.length = 0

    crash('a')
    crash('b')
    await runtime.elapse(10)

    expect(trace).toEqual(['c stops'])
    expect(top.inspect()).toMatchObject({ state: 'stopped', budget: { restarts: [0, 0] } })
  },
)

it('law 15: a restart that was granted never begins once its supervisor is stopped', async () => {
  const { runtime, system, trace, actor, slow, start, crash } = createWorld()
  const top = await start({ id: 'top', children: [actor('a'), slow('b')] })
  const stopper = system.spawn<string>({
    id: 'stopper',
    create: () => ({
      receive() {
        void top.stop()
      },
    }),
  })
  await runtime.settle()

  crash('a')
  stopper.tell('now')
  await runtime.elapse(10)

  expect(trace).toEqual(['b stops'])
  expect(top.inspect()).toMatchObject({ state: 'stopped', budget: { restarts: [0] } })
})

it('law 15: of a group that starts again nothing begins any more once its supervisor is stopped', async () => {
  const { runtime, trace, actor, slow, start, crash } = createWorld()
  const stopper: ActorSpec<string> = {
    ...actor('b'),
    create(context) {
      trace.push(`b starts ${context.incarnation}`)
      if (context.incarnation > 1) void top.stop()
      return { receive() {} }
    },
  }
  const top = await start({
    id: 'top',
    strategy: 'restForOne',
    children: [slow('s'), actor('a'), stopper, actor('c')],
  })

  crash('a')
  await runtime.elapse(10)

  expect(trace).toEqual(['a starts 2', 'b starts 2', 's stops'])
})

it('law 15: a supervisor that starts again does not start any more children once its own is stopped', async () => {
  const { runtime, trace, actor, slow, start, crash } = createWorld()
  const first: ActorSpec<string> = {
    ...actor('a'),
    create(context) {
      trace.push(`a starts ${context.incarnation}`)
      if (trace.length > 1) void top.stop()
      return { receive() {} }
    },
  }
  const top = await start({
    id: 'top',
    children: [
      { id: 'g', intensity: 0, children: [first, { id: 'h', children: [actor('b')] }, actor('c')] },
      slow('s'),
    ],
  })
  trace.push('c crashes')

  crash('c')
  await runtime.settle()
  const meanwhile = supervisorOf(top.whichChildren()[0]).inspect().state
  await runtime.elapse(10)

  expect(trace).toEqual(['c crashes', 'a starts 1', 's stops'])
  expect(meanwhile).toBe('starting')
  expect(top.inspect()).toMatchObject({ state: 'stopped', children: [] })
})

it('law 15: a command that waits for a start which is canceled is refused with the stop', async () => {
  const { runtime, actor, slow, start } = createWorld()
  const top = await start({ id: 'top', children: [slow('s')] })

  const begun = top.start(actor('a')).catch((error: unknown) => String(error))
  const waits = top.start(actor('b')).catch((error: unknown) => String(error))
  void top.stop()
  await runtime.elapse(10)

  expect(await Promise.all([begun, waits])).toMatchInlineSnapshot(`
    [
      "MillraceError: millrace/top/a is stopping or has stopped.",
      "MillraceError: millrace/top is stopping or has stopped.",
    ]
  `)
})
