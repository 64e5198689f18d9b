import { expect, it } from 'vitest'

import type { ActorSpec } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import type { SupervisorSpec } from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

const create = () => ({ receive() {} })

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }) }
}

/** What a specification as a caller without types may write it is refused with. */
function refusal(start: () => unknown): string {
  try {
    start()
  } catch (error) {
    return (error as Error).message
  }
  return 'taken'
}

it.each([
  [
    { strategy: 'oneforone' },
    'strategy must be one of oneForOne, oneForAll, restForOne, dynamic; got "oneforone" (did you mean "oneForOne"?)',
  ],
  [
    { autoShutdown: 'x' },
    'autoShutdown must be one of never, anySignificant, allSignificant; got "x"',
  ],
  [{ restart: 'x' }, 'restart must be one of permanent, transient, temporary; got "x"'],
  [
    { childs: [] },
    '"childs" is unknown; known are id, restart, significant, shutdownMs, backoff, create, strategy, intensity, periodMs, autoShutdown, children, onEscalate',
  ],
  [
    { children: [{ id: 'a', create, mailbox: { overflow: 'dropoldest', size: 2 } }] },
    'a: mailbox: "size" is unknown; known are capacity, overflow, priority, batch; a: mailbox.overflow must be one of dropOldest, dropNewest, fail; got "dropoldest" (did you mean "dropOldest"?)',
  ],
  [
    { children: [{ id: 'a', create, shutdown: 5 }] },
    'a: "shutdown" is unknown (did you mean "shutdownMs"?); known are id, restart, significant, shutdownMs, backoff, create, mailbox, redeliver, budget, keepChildren',
  ],
  [
    { children: [{ id: 'a', creat: create }] },
    'a: "creat" is unknown (did you mean "create"?); known are id, restart, significant, shutdownMs, backoff, create, strategy, intensity, periodMs, autoShutdown, children, onEscalate',
  ],
])('refuses the supervisor %j and starts nothing', (members, fault) => {
  const { system } = setUp()

  const message = refusal(() => system.supervise({ id: 's', ...members } as SupervisorSpec))

  expect(message).toBe(`The specification of actor "s" is wrong: ${fault}.`)
  expect(system.inspect()).toEqual([])
})

it.each([
  [
    { restart: 'permanently' },
    'restart must be one of permanent, transient, temporary; got "permanently" (did you mean "permanent"?)',
  ],
  [
    { budget: { intensity: 1, periodMs: 1, period: 1 } },
    'budget: "period" is unknown (did you mean "periodMs"?); known are intensity, periodMs',
  ],
  [
    { backoff: { minMs: 1, maxMs: 1, reset: 1 } },
    'backoff: "reset" is unknown; known are minMs, maxMs, factor, jitter, resetAfterMs',
  ],
])('refuses the actor %j and starts nothing', (members, fault) => {
  const { system } = setUp()

  const message = refusal(() => system.spawn({ id: 'a', create, ...members } as ActorSpec<unknown>))

  expect(message).toBe(`The specification of actor "a" is wrong: ${fault}.`)
  expect(system.inspect()).toEqual([])
})

it.each([
  [undefined, 'undefined'],
  [Promise.resolve(null), 'null'],
  [{}, 'an object without it'],
])('fails the start of an actor whose create returns %j', async (made, got) => {
  const { runtime, system } = setUp()
  const supervisor = system.supervise({
    id: 's',
    children: [{ id: 'a', create: () => made as never }],
  })
  const started = supervisor.started().catch((error: unknown) => error)

  await runtime.settle()

  expect(await started).toMatchObject({
    code: 'ACT_START',
    cause: {
      code: 'ACT_SPEC',
      message: `The specification of actor "a" is wrong: create must return an object with receive, or ignore; got ${got}.`,
    },
  })
})
