import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef } from '../actor.ts'
import { createManualRuntime, type ManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { createPool, type PoolSpec } from './pool.ts'

interface Job {
  readonly key: string
  readonly crash?: boolean
}

async function settled<T>(runtime: ManualRuntime, promise: Promise<T>): Promise<T> {
  await runtime.settle()
  return promise
}

async function setUp(spec: Partial<PoolSpec<Job>> = {}) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const seen: string[] = []
  const deadLetters: string[] = []
  system.events.on('deadLetter', ({ path, message, reason }) =>
    deadLetters.push(`${path} ${(message as Job).key} ${reason}`),
  )
  const routee: PoolSpec<Job>['routee'] = {
    create: ({ self, incarnation }) => ({
      receive({ key, crash }) {
        if (crash === true) throw new Error(`${self.id} crashed`)
        seen.push(`${self.id}.${incarnation} ${key}`)
      },
    }),
  }
  const made = createPool<Job>(system, {
    id: 'pool',
    size: 3,
    route: 'roundRobin',
    routee,
    ...spec,
  })
  const pool = await settled(runtime, made)
  const ids = (): string[] => pool.routees().map(({ id }) => id)
  return { runtime, system, pool, ids, seen, deadLetters }
}

it('owns routees of one spec, which a crash restarts in place', async () => {
  const { pool, runtime, seen, deadLetters, ids } = await setUp()

  for (const key of ['a', 'b', 'c']) pool.tell({ key, crash: key === 'b' })
  for (const key of ['d', 'e', 'f']) pool.tell({ key })
  runtime.runUntilIdle()

  expect(seen.toSorted()).toEqual(['0.1 a', '0.1 d', '1.2 e', '2.1 c', '2.1 f'])
  expect(deadLetters).toEqual(['millrace/pool/1 b failed'])
  expect(ids()).toEqual(['0', '1', '2'])
})

it('routees that restart keep their keys', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(20), async (size, nth) => {
      const keys = Array.from({ length: 21 }, (_, index) => `k${index}`)
      const { pool, runtime, seen } = await setUp({ size, route: { hash: ({ key }) => key } })
      const owners = (): string[] => {
        seen.length = 0
        for (const key of keys) pool.tell({ key })
        runtime.runUntilIdle()
        return seen.map((each) => each.replace(/\.\d+ /, ' ')).toSorted()
      }
      const before = owners()

      pool.tell({ key: `k${nth}`, crash: true })
      runtime.runUntilIdle()

      expect(owners()).toEqual(before)
    }),
    { numRuns: 50 },
  )
})

it('a pool of any size becomes one of any other; its keys are those of a pool made so', async () => {
  const size = fc.integer({ min: 1, max: 8 })
  await fc.assert(
    fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 5 }), async (sizes) => {
      const last = sizes.at(-1) as number
      const route = { hash: ({ key }: Job): string => key }
      const resized = await setUp({ size: 3, route })
      const fresh = await setUp({ size: last, route })

      // None waits for the one before.
      const done = sizes.map((each) => resized.pool.resize(each))
      await settled(resized.runtime, Promise.all(done))

      for (const { pool, runtime } of [resized, fresh]) {
        for (let index = 0; index < 50; index++) pool.tell({ key: `k${index}` })
        runtime.runUntilIdle()
      }
      expect(resized.ids()).toEqual(fresh.ids())
      expect(resized.seen.toSorted()).toEqual(fresh.seen.toSorted())
    }),
    { numRuns: 50 },
  )
})

it('who is taken out handles what it has and gets nothing more', async () => {
  const { pool, runtime, seen, deadLetters } = await setUp()
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) pool.tell({ key })

  const resized = pool.resize(1)
  await Promise.resolve()
  pool.tell({ key: 'g' })
  await runtime.elapse(10)
  await resized

  expect(seen.toSorted()).toEqual(['0.1 a', '0.1 d', '0.1 g', '1.1 b', '1.1 e', '2.1 c', '2.1 f'])
  expect(deadLetters).toEqual([])
})

it('who is taken out and never gets done is stopped at the deadline, and the rest is dead letters', async () => {
  const { pool, runtime, deadLetters } = await setUp({
    drainMs: 50,
    size: 2,
    routee: { shutdownMs: 10, create: () => ({ receive: () => new Promise<void>(() => {}) }) },
  })
  for (const key of ['a', 'b', 'c', 'd']) pool.tell({ key })
  runtime.runUntilIdle()

  const resized = pool.resize(1)
  await runtime.elapse(60)
  await resized

  expect(deadLetters).toEqual(['millrace/pool/1 b killed', 'millrace/pool/1 d stopped'])
})

it('replaces routees that have ended for good at the next resize', async () => {
  const { pool, runtime, ids } = await setUp()
  const [first] = pool.routees()
  await settled(runtime, (first as ActorRef<Job>).stop())

  expect(ids()).toEqual(['1', '2'])
  await settled(runtime, pool.resize(3))

  expect(ids()).toEqual(['1', '2', '0'])
})

it('is over when the budget is spent: what comes later is dead letters', async () => {
  const causes: unknown[] = []
  const { pool, runtime, deadLetters } = await setUp({
    intensity: 1,
    onEscalate: (cause) => causes.push(cause),
  })

  for (const key of ['a', 'b', 'c']) pool.tell({ key, crash: true })
  runtime.runUntilIdle()
  pool.tell({ key: 'late' })
  const resized = pool.resize(3).catch((error: unknown) => error)

  await expect(settled(runtime, resized)).resolves.toMatchObject({ code: 'ACT_STOPPED' })
  expect(String(causes)).toBe('Error: 1 crashed')
  expect(deadLetters.at(-1)).toBe('millrace/pool/router late stopped')
  expect(pool.isAlive()).toBe(false)
})

it('stop ends the routees and the router', async () => {
  const { pool, runtime, ids, system } = await setUp()
  const routees = pool.routees()
  const gone: string[] = []
  system.spawn<string>({
    id: 'watcher',
    create: (context) => {
      context.watch(pool, () => 'gone')
      return { receive: (message) => void gone.push(message) }
    },
  })
  runtime.runUntilIdle()

  await settled(runtime, pool.stop())

  expect(routees.map((routee) => routee.isAlive())).toEqual([false, false, false])
  expect([pool.isAlive(), ids(), gone]).toEqual([false, [], ['gone']])
})

it('a routee that cannot start refuses the pool, and nothing of it is left', async () => {
  let count = 0
  const failing = (): never => {
    throw new Error('no room')
  }
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const make = (size: number): Promise<unknown> =>
    createPool<Job>(system, {
      id: 'pool',
      size,
      route: 'random',
      routee: { create: () => (++count > 2 ? failing() : { receive() {} }) },
    }).catch((error: unknown) => error)

  expect(await settled(runtime, make(3))).toEqual(new Error('no room'))
  count = 0
  const again = await settled(runtime, make(2))

  expect(again).toMatchObject({ id: 'router' })
})

it('refuses sizes that are none', async () => {
  const { pool, runtime, system } = await setUp()
  const routee = { create: () => ({ receive() {} }) }
  const none = createPool(system, { id: 'none', size: 0, route: 'random', routee })
  const half = pool.resize(1.5)

  const faults = await settled(runtime, Promise.allSettled([none, half]))
  expect(faults.map((fault) => (fault as PromiseRejectedResult).reason.message)).toEqual([
    'The specification of actor "none" is wrong: a pool has at least 1 routee; got 0.',
    'The specification of actor "pool" is wrong: a pool has at least 1 routee; got 1.5.',
  ])
})

it('whatever crashes and whatever its size, a message is handled once, or failed once and a dead letter', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('tell' as const) },
    { weight: 1, arbitrary: fc.constant('crash' as const) },
    { weight: 1, arbitrary: fc.constant('run' as const) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }) },
  )
  const route = fc.constantFrom<PoolSpec<Job>['route']>('roundRobin', 'random', 'smallestMailbox', {
    hash: ({ key }) => key,
  })
  await fc.assert(
    fc.asyncProperty(route, fc.array(step, { maxLength: 40 }), async (route, steps) => {
      const { pool, runtime, seen, deadLetters } = await setUp({ route, intensity: 100 })
      const sent = { handled: [] as string[], failed: [] as string[] }

      for (const [index, step] of steps.entries()) {
        const key = `k${index}`
        if (step === 'run') await runtime.elapse(5)
        else if (typeof step === 'number') void pool.resize(step)
        else {
          sent[step === 'crash' ? 'failed' : 'handled'].push(key)
          pool.tell({ key, crash: step === 'crash' })
        }
      }
      await runtime.elapse(100)

      const keyOf = (line: string): string => line.split(' ')[1] ?? ''
      expect(seen.map(keyOf).toSorted()).toEqual(sent.handled.toSorted())
      expect(deadLetters.map(keyOf).toSorted()).toEqual(sent.failed.toSorted())
      expect(deadLetters.every((line) => line.endsWith(' failed'))).toBe(true)
    }),
    { numRuns: 100 },
  )
})
