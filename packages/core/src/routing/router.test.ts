import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef } from '../actor.ts'
import type { ActorEventMap } from '../events.ts'
import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { createRouter, type Route } from './router.ts'

interface Message {
  readonly number: number
  readonly reply?: (value: string) => void
}

function setUp(route: Route<Message>, count: number) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const seen = new Map<string, number[]>()
  const deadLetters: ActorEventMap['deadLetter'][0][] = []
  system.events.on('deadLetter', (letter) => deadLetters.push(letter))
  const start = (id: string): ActorRef<Message> => {
    const numbers: number[] = []
    seen.set(id, numbers)
    return system.spawn<Message>({
      id,
      create: () => ({
        receive({ number, reply }) {
          numbers.push(number)
          reply?.(id)
        },
      }),
    })
  }
  const routees = Array.from({ length: count }, (_, index) => start(`r${index}`))
  const router = createRouter<Message>(system, { id: 'router', route, routees })
  const stop = (routee: ActorRef<Message> | undefined): void => {
    void routee?.stop()
    runtime.runUntilIdle()
  }
  runtime.runUntilIdle()
  return { runtime, system, router, routees, seen, start, stop, deadLetters }
}

const allRoutes: Route<Message>[] = [
  'roundRobin',
  'random',
  'smallestMailbox',
  'broadcast',
  { hash: (message) => message.number },
]
const anyRoute = fc.constantFrom(...allRoutes)

it('round robin gives each other routee exactly one message between two of one routee', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.constant('tell' as const) },
    { weight: 1, arbitrary: fc.constant('add' as const) },
    { weight: 1, arbitrary: fc.nat(9).map((nth) => ({ stop: nth })) },
  )
  fc.assert(
    fc.property(fc.nat(5), fc.array(step, { maxLength: 60 }), (count, steps) => {
      const { router, stop, start, runtime, seen, deadLetters } = setUp('roundRobin', count)
      const stays = new Map(router.routees().map(({ id }) => [id, { from: -1, until: Infinity }]))
      let lost = 0

      for (const [number, step] of steps.entries()) {
        const routees = router.routees()
        if (step === 'tell') {
          if (routees.length === 0) lost++
          router.tell({ number })
          runtime.runUntilIdle()
        } else if (step === 'add') {
          router.add(start(`n${number}`))
          stays.set(`n${number}`, { from: number, until: Infinity })
        } else {
          const gone = routees[step.stop % Math.max(1, routees.length)]
          const stay = stays.get(gone?.id ?? '')
          if (stay !== undefined) stay.until = number
          stop(gone)
        }
      }

      for (const numbers of seen.values()) {
        for (const [index, first] of numbers.slice(0, -1).entries()) {
          const second = numbers[index + 1] ?? 0
          for (const [other, { from, until }] of stays) {
            if (seen.get(other) === numbers || from > first || until < second) continue
            const between = seen.get(other)?.filter((each) => first < each && each < second)
            expect(between).toHaveLength(1)
          }
        }
      }
      expect(deadLetters.map(({ reason, path }) => `${path} ${reason}`)).toEqual(
        Array.from({ length: lost }, () => 'millrace/router noRoutee'),
      )
    }),
    { numRuns: 200 },
  )
})

it('round robin over routees that stay is fair to within one, random within chance', () => {
  const robin = setUp('roundRobin', 7)
  const random = setUp('random', 7)

  for (let number = 0; number < 7000; number++) {
    robin.router.tell({ number })
    random.router.tell({ number })
  }
  robin.runtime.runUntilIdle()
  random.runtime.runUntilIdle()

  expect([...robin.seen.values()].map((numbers) => numbers.length)).toEqual(
    Array.from({ length: 7 }, () => 1000),
  )
  // Five standard deviations of a share of 1/7 of 7,000.
  for (const numbers of random.seen.values()) {
    expect(Math.abs(numbers.length - 1000)).toBeLessThan(5 * Math.sqrt(7000 * (1 / 7) * (6 / 7)))
  }
})

it('random routing is that of the runtime: the same seed, the same routees', () => {
  const runs = [setUp('random', 5), setUp('random', 5)]

  for (const { router, runtime } of runs) {
    for (let number = 0; number < 100; number++) router.tell({ number })
    runtime.runUntilIdle()
  }

  expect(runs[0]?.seen).toEqual(runs[1]?.seen)
})

it('smallest mailbox never picks a longer one than the shortest', () => {
  const step = fc.oneof(
    fc.constant('tell' as const),
    fc.nat(4).map((to) => ({ to })),
    fc.nat(4).map((stop) => ({ stop })),
    fc.constant('run' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const { router, routees, runtime, stop, deadLetters } = setUp('smallestMailbox', 5)
      let lost = false
      const picks: [number, number][] = []

      for (const [number, step] of steps.entries()) {
        const alive = routees.filter((routee) => routee.isAlive())
        const before = alive.map((routee) => routee.queued)
        if (step === 'run') runtime.runUntilIdle()
        else if (step !== 'tell' && 'to' in step) routees[step.to]?.tell({ number })
        else if (step !== 'tell') stop(routees[step.stop])
        else {
          lost ||= alive.length === 0
          router.tell({ number })
          for (const [index, routee] of alive.entries()) {
            const length = before[index] ?? Infinity
            if (routee.queued > length) picks.push([length, Math.min(...before)])
          }
        }
      }

      expect(picks.filter(([picked, shortest]) => picked !== shortest)).toEqual([])
      expect(deadLetters.some(({ reason }) => reason === 'noRoutee')).toBe(lost)
    }),
    { numRuns: 200 },
  )
})

it('smallest mailbox lets routees of equal length take turns', () => {
  const { router, runtime, seen } = setUp('smallestMailbox', 3)

  for (let number = 0; number < 6; number++) {
    router.tell({ number })
    runtime.runUntilIdle()
  }

  expect([...seen.values()]).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ])
})

it('broadcast reaches everyone exactly once, also when a listener adds and removes meanwhile', () => {
  const { router, routees, system, start, runtime, seen, stop } = setUp('broadcast', 4)
  stop(routees[1])
  const full = system.spawn<Message>({
    id: 'full',
    mailbox: { capacity: 1, overflow: 'dropNewest' },
    create: () => ({ receive() {} }),
  })
  full.tell({ number: -1 })
  router.remove(routees[2] as ActorRef<Message>)
  router.remove(routees[3] as ActorRef<Message>)
  router.add(full)
  router.add(routees[2] as ActorRef<Message>)
  router.add(routees[3] as ActorRef<Message>)
  system.events.on('overflow', () => {
    router.remove(routees[2] as ActorRef<Message>)
    router.add(start('late'))
  })

  router.tell({ number: 1 })
  runtime.runUntilIdle()

  expect(Object.fromEntries(seen)).toEqual({ r0: [1], r1: [], r2: [1], r3: [1], late: [] })
  expect(router.routees().map(({ id }) => id)).toEqual(['r0', 'full', 'r3', 'late'])
})

it('keeps the order of one sender at each routee, loses nothing and doubles nothing', () => {
  fc.assert(
    fc.property(
      anyRoute,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (route, count, runs) => {
        const { router, runtime, seen } = setUp(route, count)

        for (const [number, run] of runs.entries()) {
          router.tell({ number })
          if (run) runtime.runUntilIdle()
        }
        runtime.runUntilIdle()

        const all = [...seen.values()].flat()
        expect(all.length).toBe(runs.length * (route === 'broadcast' ? count : 1))
        for (const numbers of seen.values()) {
          expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
        }
      },
    ),
    { numRuns: 200 },
  )
})

it.each(allRoutes)('a router %s without routees dead-letters until one comes', (route) => {
  const { router, routees, stop, start, runtime, seen, deadLetters, system } = setUp(route, 2)

  for (const routee of routees) stop(routee)
  router.tell({ number: 1 }, 'control')
  router.add(start('new'))
  router.tell({ number: 2 })
  runtime.runUntilIdle()

  expect(deadLetters).toEqual([
    {
      path: 'millrace/router',
      message: { number: 1 },
      lane: 'control',
      reason: 'noRoutee',
      cause: undefined,
      attempts: 0,
    },
  ])
  expect(seen.get('new')).toEqual([2])
  expect(system.messages()).toMatchObject({ sent: 2, handled: 1, queued: 0, dead: 1 })
})

it('tells what it cannot place as a dead letter, and never throws', () => {
  const { router, runtime, deadLetters, system } = setUp(
    {
      hash: () => {
        throw new Error('no key')
      },
    },
    1,
  )
  system.events.on('deadLetter', () => {
    throw new Error('listener')
  })

  router.tell({ number: 1 })

  expect(deadLetters.map(({ reason, cause }) => `${reason} ${String(cause)}`)).toEqual([
    'noRoutee Error: no key',
  ])
  expect(() => {
    runtime.runUntilIdle()
  }).toThrow('listener')
})

it('ends without its routees: what comes later is a dead letter of its path', async () => {
  const { router, routees, runtime, deadLetters, system } = setUp('roundRobin', 1)
  const watched: string[] = []
  system.spawn<string>({
    id: 'watcher',
    create: (context) => {
      context.watch(router, () => 'gone')
      return { receive: (message) => void watched.push(message) }
    },
  })

  const stopped = router.stop()
  await runtime.settle()
  await stopped
  router.tell({ number: 1 })

  expect(deadLetters.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
    'millrace/router stopped',
  ])
  expect(router.isAlive()).toBe(false)
  expect(routees[0]?.isAlive()).toBe(true)
  expect(watched).toEqual(['gone'])
})

it('is a routee like any other: its waiting messages are those behind it', () => {
  const { router, system, runtime, seen, routees } = setUp('roundRobin', 2)
  const outer = createRouter<Message>(system, {
    id: 'outer',
    route: 'broadcast',
    routees: [router],
  })
  outer.add(router)
  outer.tell({ number: 1 })
  outer.tell({ number: 2 })
  routees[0]?.tell({ number: 3 })

  expect(outer.queued).toBe(3)
  runtime.runUntilIdle()

  expect([...seen.values()]).toEqual([[1, 3], [2]])
  expect(outer.queued).toBe(0)
})
