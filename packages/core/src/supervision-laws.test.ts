import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import type { Plan } from './supervision-model.test-support.ts'
import { createWorld } from './supervision-world.test-support.ts'
import type { Strategy, SupervisorSpec } from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

const plain = { restart: 'permanent', significant: false } as const

function leaf(id: string, extra: Partial<Plan> = {}): Plan {
  return { ...plain, id, ...extra }
}

function group(
  id: string,
  strategy: Strategy,
  children: readonly Plan[],
  extra: Partial<Plan> & Partial<NonNullable<Plan['supervisor']>> = {},
): Plan {
  const { budget = { intensity: 3, periodMs: 1000 }, autoShutdown = 'never', ...rest } = extra
  return { ...plain, id, ...rest, supervisor: { strategy, children, budget, autoShutdown } }
}

const abc = [leaf('a'), leaf('b'), leaf('c')]

/** What the tree traced since the last call. */
async function watch(plan: Plan, firstFails: readonly string[] = []) {
  const world = await createWorld({ ...plan, restart: 'temporary' }, firstFails)
  let seen = 0
  const since = (): string[] => {
    const lines = world.trace.slice(seen).map((line) => line.replace('top/', ''))
    seen = world.trace.length
    return lines
  }
  return { ...world, since }
}

it('law 1: children start one after the other, and those after a failure not at all', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  const slow = (id: string, fails = false) => ({
    id,
    async create() {
      trace.push(`${id} begins`)
      await runtime.yield()
      trace.push(`${id} ${fails ? 'fails' : 'runs'}`)
      if (fails) throw new Error('failed')
      return { receive() {} }
    },
  })
  const top = system.supervise({
    id: 't',
    children: [slow('a'), slow('b'), slow('c', true), slow('d')],
  })
  const started = top.started().catch((error: unknown) => error)
  await runtime.settle()

  expect(await started).toMatchObject({
    message: 'Supervisor millrace/t cannot start its child "c".',
  })
  expect(trace).toEqual(['a begins', 'a runs', 'b begins', 'b runs', 'c begins', 'c fails'])
})

it('law 2: a first failure stops those before it in reverse, is told, and costs nothing', async () => {
  const { system, top, since } = await watch(
    group('top', 'oneForOne', [leaf('x'), group('g', 'oneForOne', abc)]),
    ['top/g/c'],
  )
  const failure = (await top.started().catch((error: unknown) => error)) as Error

  expect(since()).toEqual([
    'starts x 1',
    'starts g/a 1',
    'starts g/b 1',
    'fails g/c 1',
    'stops g/b 1',
    'stops g/a 1',
    'stops x 1',
  ])
  expect(String((failure.cause as Error).cause)).toBe('Error: top/g/c cannot start')
  expect(top.inspect().budget.restarts).toEqual([])
  expect(system.inspect()).toEqual([])
})

it('law 3: a child is asked to stop once the one after it has ended', async () => {
  const { runtime, top, since } = await watch(
    group('top', 'oneForOne', [leaf('a'), group('g', 'oneForAll', abc), leaf('z')]),
  )
  since()

  await Promise.all([top.stop(), runtime.settle()])

  expect(since()).toEqual(['stops z 1', 'stops g/c 1', 'stops g/b 1', 'stops g/a 1', 'stops a 1'])
})

it.each([
  ['permanent', 'crash', 'running 2'],
  ['permanent', 'exit', 'running 2'],
  ['transient', 'crash', 'running 2'],
  ['transient', 'exit', 'stopped 1'],
  ['temporary', 'crash', 'gone'],
  ['temporary', 'exit', 'gone'],
] as const)(
  'law 6: a %s child after %s is %s, whatever the strategy',
  async (restart, end, then) => {
    for (const strategy of ['oneForOne', 'oneForAll', 'restForOne'] as const) {
      const world = await watch(group('top', strategy, [leaf('a', { restart })]))
      await world.tell('top/a', end)

      const child = world.top.inspect().children[0]
      expect(child === undefined ? 'gone' : `${child.state} ${child.incarnation}`).toBe(then)
    }
  },
)

it('law 7: a temporary child is not restarted with its group either, and is gone', async () => {
  const { tell, top, since } = await watch(
    group('top', 'oneForAll', [leaf('a'), leaf('b', { restart: 'temporary' }), leaf('c')]),
  )
  since()

  await tell('top/a', 'crash')

  expect(since()).toEqual(['stops a 1', 'stops c 1', 'stops b 1', 'starts a 2', 'starts c 2'])
  expect(top.whichChildren().map((child) => child.id)).toEqual(['a', 'c'])
})

it('law 8: one for one changes one incarnation', async () => {
  const { tell, since } = await watch(group('top', 'oneForOne', abc))
  since()

  await tell('top/b', 'crash')

  expect(since()).toEqual(['stops b 1', 'starts b 2'])
})

it('law 9: one for all changes each incarnation once; it stops in reverse and starts forward', async () => {
  const { tell, since } = await watch(group('top', 'oneForAll', abc))
  since()

  await tell('top/b', 'crash')

  expect(since()).toEqual([
    'stops b 1',
    'stops c 1',
    'stops a 1',
    'starts a 2',
    'starts b 2',
    'starts c 2',
  ])
})

it('law 10: rest for one leaves those before alone', async () => {
  const { tell, since } = await watch(group('top', 'restForOne', [...abc, leaf('d')]))
  since()

  await tell('top/b', 'crash')

  expect(since()).toEqual([
    'stops b 1',
    'stops d 1',
    'stops c 1',
    'starts b 2',
    'starts c 2',
    'starts d 2',
  ])
})

it('law 11: a failure costs one, however many it draws along; I within P are granted, P included', async () => {
  const { tell, runtime, top } = await watch(
    group('top', 'oneForAll', abc, { budget: { intensity: 2, periodMs: 100 } }),
  )

  await tell('top/a', 'crash')
  await runtime.elapse(50)
  await tell('top/b', 'crash')
  await runtime.elapse(51)
  await tell('top/c', 'crash')
  const afterThree = top.inspect()
  await runtime.elapse(49)
  await tell('top/c', 'crash')

  expect(afterThree.budget.restarts).toEqual([50, 101])
  expect(afterThree.state).toBe('running')
  // At 150 the attempt at 50 is exactly 100 ms old and still counts.
  expect(top.inspect().state).toBe('stopped')
})

it('law 11: an intensity of 0 gives up on the first failure', async () => {
  const { tell, top } = await watch(
    group('top', 'oneForOne', abc, { budget: { intensity: 0, periodMs: 100 } }),
  )

  await tell('top/a', 'crash')

  expect(top.inspect().state).toBe('stopped')
})

it('law 12: a child that always fails starts I + 1 times a life, (I1 + 1)(I2 + 1) times over two levels', async () => {
  const intensity = fc.nat({ max: 4 })
  await fc.assert(
    fc.asyncProperty(intensity, intensity, async (outer, inner) => {
      const plan = group(
        'top',
        'oneForOne',
        [
          group('g', 'oneForOne', [leaf('a')], {
            budget: { intensity: inner, periodMs: Infinity },
          }),
        ],
        { restart: 'temporary', budget: { intensity: outer, periodMs: Infinity } },
      )
      const { tell, top, trace } = await createWorld(plan)
      while (top.inspect().state === 'running') await tell('top/g/a', 'crash')

      const starts = trace.filter((line) => line.startsWith('starts'))
      expect(starts.length).toBe((outer + 1) * (inner + 1))
    }),
    { numRuns: 25 },
  )
})

it('law 13: failures of which no period holds more than I go on for ever', async () => {
  const { tell, runtime, top } = await watch(
    group('top', 'oneForOne', abc, { budget: { intensity: 2, periodMs: 100 } }),
  )

  for (let failure = 0; failure < 100; failure++) {
    await tell('top/b', 'crash')
    await runtime.elapse(51)
  }

  expect(top.inspect()).toMatchObject({
    state: 'running',
    children: [{}, { incarnation: 101 }, {}],
  })
})

it('law 14: a failed restart costs one and gives way to a stop', async () => {
  const { failures, runtime, system, since, top } = await watch(
    group('top', 'oneForOne', [leaf('a')], { budget: { intensity: 50, periodMs: 1000 } }),
  )
  since()
  failures.set('top/a', 1000)
  const stopper = system.spawn<number>({
    id: 'stopper',
    create: (context) => ({
      receive(hops) {
        if (hops > 0) context.self.tell(hops - 1)
        else void top.stop()
      },
    }),
  })
  await runtime.settle()
  const [a] = top.whichChildren()

  if (a?.kind === 'actor') (a.ref as ActorRef<string>).tell('crash')
  stopper.tell(3)
  await runtime.settle()

  expect(since()).toEqual(['stops a 1', 'fails a 2'])
  expect(top.inspect()).toMatchObject({ state: 'stopped', budget: { restarts: [0] } })
})

it('law 15: giving up removes the child, stops the rest in reverse and leaves nobody behind', async () => {
  const { tell, top, system, since } = await watch(
    group('top', 'oneForOne', [leaf('x'), group('g', 'dynamic', []), ...abc], {
      budget: { intensity: 0, periodMs: 1 },
    }),
  )
  since()

  await tell('top/b', 'crash')

  expect(since()).toEqual(['stops b 1', 'stops c 1', 'stops a 1', 'stops x 1'])
  expect(top.whichChildren()).toEqual([])
  expect(system.inspect()).toEqual([])
})

it('law 16: who gave up stays down if transient, is restarted if permanent, without its dynamic children', async () => {
  const budget = { intensity: 0, periodMs: 1 }
  const { add, outcome, supervisorAt, tell, top, since } = await watch(
    group('top', 'oneForOne', [
      group('t', 'oneForOne', [leaf('a')], { budget, restart: 'transient' }),
      group('p', 'oneForOne', [leaf('a')], { budget }),
    ]),
  )
  await outcome(add(supervisorAt('top/p'), leaf('late')))
  since()

  await tell('top/t/a', 'crash')
  await tell('top/p/late', 'crash')

  expect(since()).toEqual(['stops t/a 1', 'stops p/late 1', 'stops p/a 1', 'starts p/a 1'])
  expect(top.inspect()).toMatchObject({
    budget: { restarts: [0] },
    children: [
      { id: 't', state: 'stopped', incarnation: 1 },
      { id: 'p', state: 'running', incarnation: 2, children: [{ id: 'a' }] },
    ],
  })
})

it('law 17: a tree with a fault is refused as a whole, with all its faults, before anything starts', () => {
  const system = createActorSystem({ runtime: createManualRuntime() })
  let made = 0
  const create = () => {
    made++
    return { receive() {} }
  }
  const spec: SupervisorSpec = {
    id: 'top',
    intensity: 1.5,
    autoShutdown: 'anySignificant',
    children: [
      { id: 'a', create },
      { id: 'a', create, significant: true },
      { id: 'b', create, restart: 'transient', significant: true },
      {
        id: 'g',
        strategy: 'dynamic',
        children: [{ id: 'x/y', create, significant: true, restart: 'temporary' }],
      },
      {
        id: 'c',
        create,
        backoff: { minMs: 5, maxMs: 1, jitter: -1 },
        budget: { intensity: -1, periodMs: 0 },
      },
    ],
  }
  let message = ''
  try {
    system.supervise(spec)
  } catch (error) {
    message = (error as Error).message
  }

  expect(message.split('; ')).toMatchInlineSnapshot(`
    [
      "The specification of actor "top" is wrong: intensity must be a whole number of at least 0",
      "got 1.5",
      "two children have the id "a"",
      "a: a permanent child cannot be significant",
      "g: a dynamic supervisor takes no children in its specification",
      "start them later",
      "g: x/y: id must not be empty or contain "/"",
      "got "x/y"",
      "g: x/y: significant needs a parent with autoShutdown anySignificant or allSignificant",
      "c: backoff.maxMs must be finite and at least minMs",
      "got 1",
      "c: backoff.jitter must be 0 or more",
      "got -1",
      "c: budget.intensity must be a whole number of at least 0",
      "got -1",
      "c: budget.periodMs must be more than 0",
      "got 0.",
    ]
  `)
  expect(made).toBe(0)
  expect(system.inspect()).toEqual([])
})

it('law 18: significant children end their supervisor only by ending themselves', async () => {
  const significant = { significant: true, restart: 'transient' } as const
  const plan = (autoShutdown: 'anySignificant' | 'allSignificant') =>
    group('top', 'oneForAll', [leaf('a', significant), leaf('b', significant), leaf('c')], {
      autoShutdown,
    })
  const any = await watch(plan('anySignificant'))
  const all = await watch(plan('allSignificant'))

  for (const { tell, outcome, top } of [any, all]) {
    await tell('top/c', 'crash')
    await outcome(top.terminateChild('a'))
    await outcome(top.restartChild('a'))
  }
  const before = [any, all].map(({ top }) => top.inspect().state)
  await any.tell('top/a', 'exit')
  await all.tell('top/a', 'exit')
  const between = [any, all].map(({ top }) => top.inspect().state)
  await all.tell('top/b', 'exit')

  expect(before).toEqual(['running', 'running'])
  expect(between).toEqual(['stopped', 'running'])
  expect(all.top.inspect().state).toBe('stopped')
})
