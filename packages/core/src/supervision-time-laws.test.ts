import fc from 'fast-check'
import { expect, it } from 'vitest'

import { type ActorSpec, type Backoff, ignore } from './actor.ts'
import { createManualRuntime, type ManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

function setUp(seed = 1) {
  const runtime = createManualRuntime({ seed })
  return { runtime, system: createActorSystem({ runtime }), trace: [] as string[] }
}

/** Takes `stopMs` to stop and says when it was asked and when it had ended. */
function slow(
  id: string,
  stopMs: number,
  world: { runtime: ManualRuntime; trace: string[] },
  extra: Partial<ActorSpec<string>> = {},
): ActorSpec<string> {
  const { runtime, trace } = world
  return {
    id,
    create: (context) => {
      context.signal.addEventListener('abort', () => trace.push(`${id} over at ${runtime.now()}`))
      return {
        receive() {
          throw new Error(`${id} crashed`)
        },
        onStop() {
          trace.push(`${id} asked at ${runtime.now()}`)
          return new Promise((resolve) => {
            if (stopMs < Infinity) runtime.timer(stopMs, resolve)
          })
        },
      }
    },
    ...extra,
  }
}

const stopMs = fc.constantFrom(0, 5, 10, 30, Infinity)
const deadlineMs = fc.constantFrom(0, 10, 20, Infinity)
const staff = fc.array(
  fc
    .record({ stopMs, shutdownMs: deadlineMs })
    .filter((each) => each.stopMs < Infinity || each.shutdownMs < Infinity),
  { minLength: 1, maxLength: 5 },
)

it('law 4: one after the other, each has its deadline and is killed at it; 0 asks nothing, Infinity never kills', async () => {
  await fc.assert(
    fc.asyncProperty(staff, async (members) => {
      const world = setUp()
      const children = members.map((member, index) =>
        slow(`${index}`, member.stopMs, world, { shutdownMs: member.shutdownMs }),
      )
      const top = world.system.supervise({ id: 'top', strategy: 'restForOne', children })
      await world.runtime.settle()

      const stopped = top.stop()
      await world.runtime.elapse(1000)
      await stopped

      const expected: string[] = []
      let nowMs = 0
      for (const [index, member] of [...members.entries()].toReversed()) {
        if (member.shutdownMs > 0) expected.push(`${index} asked at ${nowMs}`)
        nowMs += Math.min(member.stopMs, member.shutdownMs)
        expected.push(`${index} over at ${nowMs}`)
      }
      expect(world.trace).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

it('law 5: dynamic children are asked all at one instant, and are gone when the slowest deadline is over', async () => {
  await fc.assert(
    fc.asyncProperty(staff, async (members) => {
      const world = setUp()
      const top = world.system.supervise({ id: 'top', strategy: 'dynamic' })
      for (const [index, member] of members.entries()) {
        void top.start(slow(`${index}`, member.stopMs, world, { shutdownMs: member.shutdownMs }))
      }
      await world.runtime.settle()

      let endedMs = -1
      void top.stop().then(() => (endedMs = world.runtime.now()))
      await world.runtime.elapse(1000)

      const asked = world.trace.filter((line) => line.includes('asked'))
      expect(asked.every((line) => line.endsWith(' at 0'))).toBe(true)
      expect(endedMs).toBe(Math.max(...members.map((m) => Math.min(m.stopMs, m.shutdownMs))))
    }),
    { numRuns: 100 },
  )
})

it('a supervisor with a deadline kills the tree below it', async () => {
  const world = setUp()
  const below = ['a', 'b'].map((id) => slow(id, Infinity, world, { shutdownMs: Infinity }))
  const top = world.system.supervise({
    id: 'top',
    children: [{ id: 'inner', shutdownMs: 20, children: below }],
  })
  await world.runtime.settle()

  const stopped = top.stop()
  await world.runtime.elapse(20)
  await stopped

  expect(world.trace).toEqual(['b asked at 0', 'b over at 20', 'a over at 20'])
})

it('a group that is restarted waits for slow siblings, and a crash of one of them meanwhile is part of it', async () => {
  const world = setUp()
  const { runtime, trace } = world
  const top = world.system.supervise({
    id: 'top',
    strategy: 'oneForAll',
    children: [slow('a', 10, world), slow('b', 5, world), slow('c', 5, world, { shutdownMs: 3 })],
  })
  world.system.events.on('restarted', ({ path, cause }) =>
    trace.push(`${path} ${(cause as Error).message} ${runtime.now()}`),
  )
  await runtime.settle()
  const [a, b] = top.whichChildren()

  if (b?.kind === 'actor') b.ref.tell('crash')
  await runtime.elapse(7)
  if (a?.kind === 'actor') a.ref.tell('crash')
  await runtime.elapse(100)

  expect(trace).toEqual([
    'b over at 0',
    'b asked at 0',
    'c asked at 5',
    'a over at 7',
    'a asked at 7',
    'c over at 8',
    'millrace/top/a b crashed 17',
    'millrace/top/b b crashed 17',
    'millrace/top/c b crashed 17',
  ])
  expect(top.inspect().budget.restarts).toEqual([5])
})

const backoff = fc.record({
  minMs: fc.integer({ min: 1, max: 50 }),
  maxMs: fc.integer({ min: 50, max: 500 }),
  factor: fc.constantFrom(1, 1.5, 2, 3),
  jitter: fc.constantFrom(0, 0.2, 1, 5),
})

/** The delays of a child that never starts again after its first crash. */
async function delaysOf(spec: Backoff, seed: number): Promise<number[]> {
  const { runtime, system } = setUp(seed)
  const starts: number[] = []
  const top = system.supervise({ id: 'top', intensity: 8, periodMs: Infinity })
  const started = top.start<string>({
    id: 'a',
    backoff: spec,
    create() {
      starts.push(runtime.now())
      if (starts.length > 1) throw new Error('still down')
      return {
        receive() {
          throw new Error('crash')
        },
      }
    },
  })
  await runtime.settle()
  const actor = await started
  actor.tell('x')
  await runtime.elapse(10_000)
  return starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
}

it('law 19: delay k lies between min(max, min f^k) and max, grows without jitter, and is the same for a seed', async () => {
  await fc.assert(
    fc.asyncProperty(backoff, fc.nat({ max: 100 }), async (spec, seed) => {
      const delays = await delaysOf(spec, seed)

      expect(delays.length).toBe(8)
      for (const [k, delay] of delays.entries()) {
        const least = Math.min(spec.maxMs, spec.minMs * spec.factor ** k)
        expect(delay).toBeGreaterThanOrEqual(least - 1e-6)
        const most = spec.jitter === 0 ? least : spec.maxMs
        expect(delay).toBeLessThanOrEqual(most + 1e-6)
      }
      expect(await delaysOf(spec, seed)).toEqual(delays)
    }),
    { numRuns: 40 },
  )
})

it('law 20: the count of delays is zero again exactly when the incarnation lived resetAfterMs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), async (lives) => {
      const { runtime, system } = setUp()
      const top = system.supervise({ id: 'top', intensity: 100 })
      const starts: number[] = []
      const started = top.start<string>({
        id: 'a',
        backoff: { minMs: 10, maxMs: 1000, resetAfterMs: 20 },
        create() {
          starts.push(runtime.now())
          return {
            receive() {
              throw new Error('crash')
            },
          }
        },
      })
      await runtime.settle()
      const actor = await started
      let count = 0
      for (const livedMs of lives) {
        await runtime.elapse(livedMs)
        const crashMs = runtime.now()
        actor.tell('x')
        if (livedMs >= 20) count = 0
        const delayMs = Math.min(1000, 10 * 2 ** count++)
        await runtime.elapse(delayMs)

        expect(starts.at(-1)).toBe(crashMs + delayMs)
      }
    }),
    { numRuns: 50 },
  )
})

it('law 20: a stop during the delay cancels it, of the child or of any supervisor above', async () => {
  for (const level of ['child', 'inner', 'top', 'system'] as const) {
    const { runtime, system } = setUp()
    let created = 0
    const child: ActorSpec<string> = {
      id: 'a',
      backoff: { minMs: 100, maxMs: 100 },
      create() {
        created++
        return {
          receive() {
            throw new Error('crash')
          },
        }
      },
    }
    const top = system.supervise({ id: 'top', children: [{ id: 'inner', children: [child] }] })
    await runtime.settle()
    const [inner] = top.whichChildren()
    if (inner?.kind !== 'supervisor') throw new Error('no supervisor')
    const [actor] = inner.supervisor.whichChildren()
    if (actor?.kind !== 'actor') throw new Error('no actor')
    actor.ref.tell('x')
    await runtime.elapse(50)
    expect(inner.supervisor.inspect().children[0]).toMatchObject({
      state: 'backingOff',
      backoff: { count: 1, dueMs: 100 },
    })

    const target = { child: actor.ref, inner: inner.supervisor, top, system }[level]
    await Promise.all([target.stop(), runtime.settle()])
    await runtime.elapse(1000)

    expect(created).toBe(1)
  }
})

it('law 25: children have ended before their parent is made again, unless they are kept', async () => {
  for (const keepChildren of [false, true]) {
    const { runtime, system, trace } = setUp()
    const parent = system.spawn<string>({
      id: 'parent',
      restart: 'permanent',
      keepChildren,
      create(context) {
        trace.push(`parent ${context.incarnation}`)
        const child = context.spawn<string>({
          id: 'child',
          create: (inner) => {
            let told = 0
            return {
              receive: () => void trace.push(`child ${inner.incarnation} told ${++told}`),
              onStop: () => runtime.yield().then(() => void trace.push('child ends')),
            }
          },
        })
        child.tell('hello')
        return {
          receive() {
            throw new Error('crash')
          },
        }
      },
    })
    await runtime.settle()
    for (const message of ['x', 'y']) {
      parent.tell(message)
      await runtime.settle()
    }
    await Promise.all([system.stop(), runtime.settle()])

    const lives = [1, 2, 3].flatMap((life) => {
      const told = `child 1 told ${keepChildren ? life : 1}`
      return [`parent ${life}`, told, ...(keepChildren && life < 3 ? [] : ['child ends'])]
    })
    expect(trace).toEqual(lives)
  }
})

it('law 25: at the deadline of a restart its children are killed before their parent is made again', async () => {
  const { runtime, system, trace } = setUp()
  const parent = system.spawn<string>({
    id: 'parent',
    restart: 'permanent',
    shutdownMs: 50,
    create(context) {
      trace.push(`parent ${context.incarnation}`)
      context.spawn<string>({
        id: 'child',
        shutdownMs: Infinity,
        create: ({ signal }) => {
          signal.addEventListener('abort', () => trace.push('child is killed'))
          return { receive() {}, onStop: () => new Promise<void>(() => {}) }
        },
      })
      return {
        receive() {
          throw new Error('crash')
        },
      }
    },
  })
  await runtime.settle()
  parent.tell('x')
  await runtime.elapse(49)
  const before = trace.length
  await runtime.elapse(1)

  expect(before).toBe(1)
  expect(trace).toEqual(['parent 1', 'child is killed', 'parent 2'])
})

it('create may say that there is nothing to run: the specification stays, and can be started later', async () => {
  const { runtime, system } = setUp()
  let isWanted = false
  const top = system.supervise({
    id: 'top',
    children: [
      { id: 'maybe', create: () => (isWanted ? { receive() {} } : ignore) },
      { id: 'never', restart: 'temporary', create: () => ignore },
    ],
  })
  await Promise.all([top.started(), runtime.settle()])
  const before = top.whichChildren().map(({ id, state }) => `${id} ${state}`)
  isWanted = true
  const [handle] = await Promise.all([top.restartChild('maybe'), runtime.settle()])

  expect(before).toEqual(['maybe stopped'])
  expect(handle.state).toBe('running')
})
