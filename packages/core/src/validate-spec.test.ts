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
  [{ children: {} }, 'children must be a list; got [object Object]'],
  [{ children: [null] }, 'children: it must be an object; got null'],
  [{ periodMs: '5' }, 'periodMs must be more than 0; got "5"'],
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
  [
    { keepChilds: true },
    '"keepChilds" is unknown (did you mean "keepChildren"?); known are id, restart, significant, shutdownMs, backoff, create, mailbox, redeliver, budget, keepChildren',
  ],
  [
    { restart: 'permanent', mailBox: {} },
    '"mailBox" is unknown (did you mean "mailbox"?); known are id, restart, significant, shutdownMs, backoff, create, mailbox, redeliver, budget, keepChildren',
  ],
  [
    { strategy: 'oneForOne', create: undefined },
    '"strategy" is unknown; known are id, restart, significant, shutdownMs, backoff, create, mailbox, redeliver, budget, keepChildren; create must be a function that makes the behavior; got undefined',
  ],
  [{ mailbox: null }, 'mailbox: it must be an object; got null'],
  [{ mailbox: { priority: 'rank' } }, 'mailbox.priority must be a function; got "rank"'],
  [
    { backoff: null, budget: 3 },
    'backoff: it must be an object; got null; budget: it must be an object; got 3',
  ],
  [
    { shutdownMs: '5', redeliver: null },
    'shutdownMs must be 0 or more; got "5"; redeliver must be at least 0; got null',
  ],
  [{ backoff: { minMs: '1', maxMs: 5 } }, 'backoff.minMs must be 0 or more; got "1"'],
  [{ id: 'a/b' }, 'id must not be empty or contain "/"; got "a/b"'],
  [{ id: 7 }, 'id must not be empty or contain "/"; got 7'],
])('refuses the actor %j and starts nothing', (members, fault) => {
  const { system } = setUp()

  const message = refusal(() => system.spawn({ id: 'a', create, ...members } as ActorSpec<unknown>))

  expect(message).toMatch(/^The specification of actor "(a|a.b|7)" is wrong: /)
  expect(message.replace(/^.*? is wrong: /, '')).toBe(`${fault}.`)
  expect(system.inspect()).toEqual([])
})

it('refuses an actor given to supervise, a supervisor given to spawn, and what is neither, wherever it is started', async () => {
  const { runtime, system } = setUp()
  const refusals: string[] = []
  const misspelt = { id: 'b', creat: create } as unknown as ActorSpec<unknown>
  system.spawn({
    id: 'parent',
    create(context) {
      refusals.push(refusal(() => context.spawn(misspelt)))
      return { receive() {} }
    },
  })
  const supervisor = system.supervise({ id: 's' })
  await runtime.settle()
  const actor = { id: 'a', create, children: [] }

  refusals.push(refusal(() => system.supervise(actor)))
  const other: object = { id: 'a', strategy: 'oneForAll', children: [] }
  refusals.push(refusal(() => system.spawn(other as ActorSpec<unknown>)))
  refusals.push(
    (await supervisor.start(misspelt).catch((error: unknown) => String(error))) as string,
  )

  expect(refusals).toMatchInlineSnapshot(`
    [
      "The specification of actor "b" is wrong: "creat" is unknown (did you mean "create"?); known are id, restart, significant, shutdownMs, backoff, create, mailbox, redeliver, budget, keepChildren; create must be a function that makes the behavior; got undefined.",
      "The specification of actor "a" is wrong: "create" makes it an actor: spawn starts actors.",
      "The specification of actor "a" is wrong: "strategy" makes it a supervisor: supervise starts supervisors.",
      "MillraceError: The specification of actor "b" is wrong: "creat" is unknown (did you mean "create"?); known are id, restart, significant, shutdownMs, backoff, create, strategy, intensity, periodMs, autoShutdown, children, onEscalate.",
    ]
  `)
})

it('takes members that are there but undefined', () => {
  const { system } = setUp()

  const spec: object = { id: 'a', create, restart: undefined, mailbox: undefined }

  expect(refusal(() => system.spawn(spec as ActorSpec<unknown>))).toBe('taken')
})

/** Why an actor could not be started whose `create` gives `made`. */
async function failedStart(made: unknown): Promise<unknown> {
  const { runtime, system } = setUp()
  const supervisor = system.supervise({
    id: 's',
    children: [{ id: 'a', create: () => made as never }],
  })
  const started = supervisor.started().catch((error: unknown) => error)
  await runtime.settle()
  return started
}

it.each([
  [undefined, 'undefined'],
  [Promise.resolve(null), 'null'],
  [{}, 'an object without it'],
])('fails the start of an actor whose create returns %j', async (made, got) => {
  expect(await failedStart(made)).toMatchObject({
    code: 'ACT_START',
    cause: {
      code: 'ACT_SPEC',
      message: `The specification of actor "a" is wrong: create must return an object with receive, or ignore; got ${got}.`,
    },
  })
})

it('refuses what is no object, wherever it is started', async () => {
  const { runtime, system } = setUp()
  const supervisor = system.supervise({ id: 's' })
  await runtime.settle()
  const none = null as unknown as ActorSpec<unknown>

  const refusals = [
    refusal(() => system.spawn(none)),
    refusal(() => system.supervise(none)),
    await supervisor.start(none).catch((error: unknown) => (error as Error).message),
  ]

  const message = 'The specification of actor "" is wrong: it must be an object; got null.'
  expect(refusals).toEqual([message, message, message])
})

it.each([
  ['receiveBatch', { receive() {}, receiveBatch: 1 }],
  ['onStop', { receive() {}, onStop: 1 }],
])('fails the start of an actor whose %s is no function', async (name, made) => {
  expect(await failedStart(made)).toMatchObject({
    cause: {
      message: `The specification of actor "a" is wrong: ${name} must be a function; got number.`,
    },
  })
})

it('an actor that becomes nothing fails; it does not swallow what it is told', () => {
  const { runtime, system } = setUp()
  const dead: unknown[] = []
  system.events.on('deadLetter', ({ message, cause }) =>
    dead.push(message, (cause as Error).message),
  )
  const actor = system.spawn<string>({
    id: 'a',
    create: (context) => ({ receive: () => context.become(undefined as never) }),
  })

  actor.tell('go')
  runtime.runUntilIdle()

  const message = 'become needs an object with receive; got undefined'
  expect(dead).toEqual(['go', `The specification of actor "a" is wrong: ${message}.`])
})

it('law 28: tell does not throw for a lane that callers may not use; its message is urgent', () => {
  const { runtime, system } = setUp()
  const got: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    create: () => ({ receive: (line) => void got.push(line) }),
  })

  actor.tell('first')
  actor.tell('second', 'system' as never)
  actor.tell('third', 'express' as never)
  runtime.runUntilIdle()

  expect(got).toEqual(['second', 'third', 'first'])
})
