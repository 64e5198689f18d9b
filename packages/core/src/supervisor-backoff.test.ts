import { expect, it } from 'vitest'

import type { ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import type { SupervisorSpec } from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

/** A supervisor `top` over `inner`, which gives up whenever its actor crashes. */
async function setUp(inner: Partial<SupervisorSpec>, top: Partial<SupervisorSpec> = {}) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const starts: number[] = []
  let failing = 0
  let actor: ActorRef<string> | undefined
  const spec: ActorSpec<string> = {
    id: 'a',
    create(context) {
      actor = context.self
      if (failing-- > 0) throw new Error('cannot start')
      starts.push(runtime.now())
      return {
        receive(message) {
          throw new Error(message)
        },
      }
    },
  }
  let first: ActorRef<string> | undefined
  const before: ActorSpec<string> = {
    id: 'before',
    backoff: { minMs: 300, maxMs: 300 },
    create(context) {
      first = context.self
      return {
        receive(message) {
          throw new Error(message)
        },
      }
    },
  }
  const after = { id: 'after', create: () => ({ receive() {} }) }
  const supervisor = system.supervise({
    id: 'top',
    intensity: 100,
    ...top,
    children: [before, { id: 'inner', intensity: 0, children: [spec], ...inner }, after],
  })
  await runtime.settle()
  return {
    runtime,
    system,
    supervisor,
    starts,
    crash: () => actor?.tell('crash'),
    crashBefore: () => first?.tell('crash'),
    failStarts(count: number) {
      failing = count
    },
    states: () => supervisor.inspect().children.map(({ id, state }) => `${id} ${state}`),
  }
}

it('law 19: a supervisor that gave up waits as its backoff says, longer each time', async () => {
  const { runtime, supervisor, starts, crash, states } = await setUp({
    backoff: { minMs: 10, maxMs: 35 },
  })

  crash()
  await runtime.elapse(9)
  const waiting = supervisor.inspect().children[1]
  await runtime.elapse(1)
  crash()
  await runtime.elapse(20)
  crash()
  await runtime.elapse(35)

  expect(waiting).toMatchObject({ state: 'backingOff', backoff: { count: 1, dueMs: 10 } })
  expect(starts).toEqual([0, 10, 30, 65])
  expect(states()).toEqual(['before running', 'inner running', 'after running'])
})

it('law 19: tries of a supervisor that fail wait, too, and each costs one', async () => {
  const { runtime, supervisor, starts, crash, failStarts } = await setUp({
    backoff: { minMs: 10, maxMs: 1000 },
  })

  crash()
  failStarts(2)
  await runtime.elapse(70)

  // 10, then 20 and 40 more.
  expect(starts).toEqual([0, 70])
  expect(supervisor.inspect().budget.restarts).toEqual([0, 10, 30])
})

it('law 20: the count of delays is zero again once a supervisor ran resetAfterMs with its first children', async () => {
  const { runtime, starts, crash } = await setUp({
    backoff: { minMs: 10, maxMs: 1000, resetAfterMs: 50 },
  })

  crash()
  await runtime.elapse(10 + 49)
  crash()
  await runtime.elapse(20 + 50)
  crash()
  await runtime.elapse(10)

  expect(starts).toEqual([0, 10, 79, 139])
})

it('law 20: a stop during the delay of a supervisor cancels it, from whatever level', async () => {
  for (const level of ['terminate', 'top', 'system'] as const) {
    const { runtime, system, supervisor, starts, crash } = await setUp({
      backoff: { minMs: 100, maxMs: 100 },
    })
    crash()
    await runtime.elapse(50)

    const stop = {
      terminate: () => supervisor.terminateChild('inner'),
      top: () => supervisor.stop(),
      system: () => system.stop(),
    }[level]
    await Promise.all([stop(), runtime.settle()])
    await runtime.elapse(1000)

    expect(starts).toEqual([0])
  }
})

it('law 9: a group waits for the delay of the supervisor in it', async () => {
  const { runtime, starts, crash, states } = await setUp(
    { backoff: { minMs: 10, maxMs: 10 } },
    { strategy: 'oneForAll' },
  )

  crash()
  await runtime.elapse(5)
  const waiting = states()
  await runtime.elapse(5)

  expect(waiting).toEqual(['before down', 'inner backingOff', 'after down'])
  expect(starts).toEqual([0, 10])
  expect(states()).toEqual(['before running', 'inner running', 'after running'])
})

it('law 10: a supervisor that waits is down once its group is halted, and starts with the group only', async () => {
  const { runtime, starts, crash, crashBefore, states } = await setUp(
    { backoff: { minMs: 100, maxMs: 100 } },
    { strategy: 'restForOne' },
  )

  crash()
  await runtime.elapse(50)
  crashBefore()
  await runtime.elapse(100)
  const waiting = states()
  await runtime.elapse(200)

  expect(waiting).toEqual(['before backingOff', 'inner down', 'after down'])
  expect(starts).toEqual([0, 350])
  expect(states()).toEqual(['before running', 'inner running', 'after running'])
})
