import fc from 'fast-check'
import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createPhases, type PhaseSpec } from './phases.ts'
import { createActorSystem } from './system.ts'

function setUp(specs: readonly PhaseSpec[], actorsTimeoutMs?: number) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const phases = createPhases(system, {
    phases: specs,
    ...(actorsTimeoutMs === undefined ? {} : { actorsTimeoutMs }),
  })
  const log: string[] = []
  const at = (text: string): void => void log.push(`${runtime.monotonic()} ${text}`)
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      runtime.timer(ms, resolve)
    })
  return { runtime, system, phases, log, at, wait }
}

function* permutations(ids: readonly string[]): Generator<readonly string[]> {
  if (ids.length === 0) yield []
  for (const id of ids) {
    for (const rest of permutations(ids.filter((other) => other !== id))) yield [id, ...rest]
  }
}

it('runs in the first order of all that the dependencies allow, sorted by the list', async () => {
  const graph = fc
    .integer({ min: 0, max: 5 })
    .chain((count) =>
      fc.tuple(
        fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'].slice(0, count), { minLength: count }),
        fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 8 }),
      ),
    )
  await fc.assert(
    fc.asyncProperty(graph, async ([listed, pairs]) => {
      // Edges go up the alphabet, so there is no circle.
      const sortedIds = listed.toSorted()
      const edges = pairs.filter(([from, to]) => from < to && to < listed.length)
      const specs = listed.map((id) => ({
        id,
        after: edges
          .filter(([, to]) => sortedIds[to] === id)
          .map(([from]) => sortedIds[from] as string),
      }))
      const { phases, runtime, log } = setUp(specs)
      for (const { id } of specs) phases.add(id, { id: 'log', run: () => void log.push(id) })

      const report = phases.run()
      await runtime.settle()

      // Permutations come sorted by the list, so the first that fits is the one.
      const reference = [...permutations(listed)].find((order) =>
        specs.every(({ id, after }) =>
          after.every((each) => order.indexOf(each) < order.indexOf(id)),
        ),
      )
      expect(log).toEqual(reference)
      expect(phases.order).toEqual([...log, 'actors'])
      expect((await report).phases.map(({ id }) => id)).toEqual(phases.order)
    }),
    { numRuns: 150 },
  )
})

it('a task that hangs or fails is reported, and the next phase begins at its deadline', async () => {
  const { phases, runtime, system, at, wait, log } = setUp([
    { id: 'intake', timeoutMs: 100 },
    { id: 'flush' },
  ])
  const actor = system.spawn({
    id: 'a',
    create: () => ({ receive() {}, onStop: () => at('actor') }),
  })
  runtime.runUntilIdle()
  phases.add('intake', {
    id: 'hang',
    run: (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          at(`aborted ${String((signal.reason as { code?: string }).code)}`)
        })
      }),
  })
  phases.add('intake', {
    id: 'throw',
    run: () => {
      throw new Error('no')
    },
  })
  phases.add('intake', { id: 'late', timeoutMs: 30, run: () => wait(70).then(() => at('late')) })
  phases.add('flush', { id: 'quick', run: () => wait(10).then(() => at('quick')) })

  const running = phases.run('test')
  await runtime.elapse(1000)

  const report = await running
  expect(log).toEqual(['70 late', '100 aborted ACT_PHASE_TIMEOUT', '110 quick', '110 actor'])
  expect(actor.isAlive()).toBe(false)
  expect({
    ...report,
    phases: report.phases.map(({ id, durationMs, tasks }) => [
      `${id} ${durationMs}`,
      ...tasks.map((task) => `${task.id} ${task.outcome} ${task.durationMs} ${String(task.cause)}`),
    ]),
  }).toEqual({
    reason: 'test',
    isClean: false,
    phases: [
      [
        'intake 100',
        'hang timedOut 100 MillraceError: Task hang of the shutdown phase intake was not done within 100 ms.',
        'throw failed 0 Error: no',
        'late timedOut 30 MillraceError: Task late of the shutdown phase intake was not done within 30 ms.',
      ],
      ['flush 10', 'quick done 10 undefined'],
      ['actors 0', 'stop done 0 undefined'],
    ],
  })
})

it('runs once: every call gives the report of the first', async () => {
  const { phases, runtime, log } = setUp([{ id: 'only' }])
  phases.add('only', { id: 'log', run: () => void log.push('ran') })

  const first = phases.run('one')
  const second = phases.run('two')
  await runtime.settle()
  const third = phases.run('three')

  expect([second, third]).toEqual([first, first])
  await expect(third).resolves.toMatchObject({ reason: 'one', isClean: true })
  expect(log).toEqual(['ran'])
})

it('actors that never end are reported at the deadline of the last phase', async () => {
  const { phases, runtime, system } = setUp([], 200)
  const hanging = { receive() {}, onStop: () => new Promise<void>(() => {}) }
  system.spawn({ id: 'a', shutdownMs: Infinity, create: () => hanging })
  runtime.runUntilIdle()

  const running = phases.run()
  await runtime.elapse(200)

  const { phases: reports } = await running
  expect(reports.map(({ id, tasks }) => [id, tasks[0]?.outcome])).toEqual([['actors', 'timedOut']])
})

it('tasks may come while a shutdown runs, up to the begin of their phase', async () => {
  const { phases, runtime, log } = setUp([{ id: 'one' }, { id: 'two' }])
  const refusals: unknown[] = []
  phases.add('one', {
    id: 'adds',
    run() {
      phases.add('two', { id: 'new', run: () => void log.push('new') })
      try {
        phases.add('one', { id: 'late', run() {} })
      } catch (error) {
        refusals.push((error as Error).message)
      }
    },
  })

  void phases.run()
  await runtime.settle()

  expect(log).toEqual(['new'])
  expect(refusals).toEqual([
    'The phases of the shutdown are wrong: phase one has begun; task late is too late.',
  ])
})

it.each<[readonly PhaseSpec[], string]>([
  [[{ id: 'a' }, { id: 'a' }], 'there are two phases "a"'],
  [[{ id: 'actors' }], 'there are two phases "actors"'],
  [[{ id: 'a', after: ['b'] }], 'phase a comes after "b", which is no phase before actors'],
  [
    [{ id: 'a', after: ['actors'] }],
    'phase a comes after "actors", which is no phase before actors',
  ],
  [[{ id: 'a', after: ['a'] }], 'there is a circle: a after a'],
  [
    [
      { id: 'x' },
      { id: 'a', after: ['c'] },
      { id: 'b', after: ['x', 'a'] },
      { id: 'c', after: ['b'] },
    ],
    'there is a circle: a after c after b after a',
  ],
  [[{ id: 'a', timeoutMs: 0 }], 'timeoutMs of phase a must be above 0; got 0'],
])('refuses phases %j', (specs, fault) => {
  expect(() => setUp(specs)).toThrow(`The phases of the shutdown are wrong: ${fault}.`)
})

it('refuses tasks of no phase, of one id, and of no time', () => {
  const { phases } = setUp([{ id: 'a' }, { id: 'b' }])
  const task = { id: 't', run() {} }
  phases.add('a', task)

  const faults = [
    () => phases.add('c', task),
    () => phases.add('actors', task),
    () => phases.add('a', task),
    () => phases.add('b', { ...task, timeoutMs: Number.NaN }),
  ].map((add) => {
    try {
      add()
    } catch (error) {
      return (error as Error).message.replace('The phases of the shutdown are wrong: ', '')
    }
    return 'nothing'
  })

  expect(faults).toEqual([
    'tasks go to one of a, b; got "c".',
    'tasks go to one of a, b; got "actors".',
    'phase a has a task t already.',
    'timeoutMs of task t must be above 0; got NaN.',
  ])
})
