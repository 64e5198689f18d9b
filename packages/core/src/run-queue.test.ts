import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { type Runnable, RunQueue } from './run-queue.ts'
import { createActorSystem } from './system.ts'

/** A runtime whose monotonic clock moves by what the work says. */
function setUp() {
  const runtime = createManualRuntime()
  const clock = { nowMs: 0, drains: 0 }
  const timed = {
    ...runtime,
    monotonic: () => clock.nowMs,
    schedule: (task: () => void) => {
      clock.drains++
      runtime.schedule(task)
    },
  }
  return { runtime, timed, clock }
}

it.each([
  ['quick', 0.001],
  ['slow', 0.5],
])('gives the event loop its turn about every budget: %s messages', (_, costMs) => {
  const { runtime, timed, clock } = setUp()
  const queue = new RunQueue(timed, 2)
  const drainStarts: number[] = []
  let left = 20_000
  const work: Runnable = {
    path: 'work',
    turn(limit) {
      if (drainStarts.length < clock.drains) drainStarts.push(clock.nowMs)
      const count = Math.min(limit, left)
      clock.nowMs += count * costMs
      left -= count
      if (left > 0) queue.add(work)
      return count
    },
  }

  queue.add(work)
  runtime.runUntilIdle()

  const lengths = drainStarts.slice(1).map((startMs, index) => startMs - (drainStarts[index] ?? 0))
  expect(Math.max(...lengths)).toBeLessThan(2.6)
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1.9)
})

it('does not spin: no task is scheduled when nothing is to be done', async () => {
  const { runtime, timed, clock } = setUp()
  const system = createActorSystem({ runtime: timed })
  const gate = Promise.withResolvers<void>()
  const actor = system.spawn<string>({ id: 'a', create: () => ({ receive: () => gate.promise }) })
  actor.tell('x')
  await runtime.settle()
  const whileSuspended = clock.drains

  actor.tell('queued behind it')
  await runtime.settle()

  expect(whileSuspended).toBe(1)
  expect(clock.drains).toBe(1)

  gate.resolve()
  await runtime.settle()

  expect(clock.drains).toBe(2)
})

it('goes on with the rest when one turn throws', () => {
  const { runtime, timed } = setUp()
  const queue = new RunQueue(timed, 2)
  const trace: string[] = []
  queue.add({
    path: 'x',
    turn() {
      throw new Error('broken')
    },
  })
  queue.add({
    path: 'x',
    turn() {
      trace.push('next')
      return 1
    },
  })

  expect(() => runtime.runUntilIdle()).toThrow('broken')
  runtime.runUntilIdle()

  expect(trace).toEqual(['next'])
})
