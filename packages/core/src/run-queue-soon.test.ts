import fc from 'fast-check'
import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { type Runnable, RunQueue } from './run-queue.ts'

/** A runtime with turns of an event loop, in which what is to run `soon` runs first; its clock moves by what the work says. */
function setUp() {
  const clock = { nowMs: 0, turns: 0 }
  const scheduled: (() => void)[] = []
  const micro: (() => void)[] = []
  const runtime = {
    ...createManualRuntime(),
    monotonic: () => clock.nowMs,
    schedule: (task: () => void) => void scheduled.push(task),
    soon: (task: () => void) => void micro.push(task),
  }
  const runMicro = (): void => {
    for (let task = micro.shift(); task !== undefined; task = micro.shift()) task()
  }
  return {
    clock,
    micro,
    runMicro,
    queue: new RunQueue(runtime, 2),
    /** One turn of the event loop; false when there is nothing to do. */
    turn(): boolean {
      runMicro()
      const tasks = scheduled.splice(0)
      clock.turns++
      for (const task of tasks) {
        task()
        runMicro()
      }
      return scheduled.length > 0
    },
  }
}

it('runs what is told before the event loop goes on, never on the stack of the caller', () => {
  const { queue, clock, runMicro } = setUp()
  const trace: string[] = []
  const work: Runnable = {
    path: 'work',
    turn() {
      trace.push(`work in turn ${clock.turns}`)
      return 1
    },
  }

  queue.add(work)
  trace.push('told')
  runMicro()
  queue.add(work)
  runMicro()

  expect(trace).toEqual(['told', 'work in turn 0', 'work in turn 0'])
})

it('comes to rest: no turn is awaited for nothing', () => {
  const { queue, turn } = setUp()
  queue.add({ path: 'work', turn: () => 1 })

  const isBusy = [turn(), turn()]

  expect(isBusy).toEqual([false, false])
})

// Sums of these are exact.
const costMs = fc.constantFrom(1 / 64, 0.125, 0.25, 1, 2.5)
// Within one drain the cost of a message is foretold from those before it, so there it is always the same.
const work = fc.oneof(
  fc.record({
    costs: fc.array(costMs, { minLength: 1, maxLength: 60 }),
    isChained: fc.constant(true),
  }),
  fc.record({
    costs: fc
      .tuple(costMs, fc.integer({ min: 1, max: 400 }))
      .map(([each, count]) => Array<number>(count).fill(each)),
    isChained: fc.boolean(),
  }),
)

it('gives the event loop its turn when the budget is spent, also when promises bring the work bit by bit', () => {
  fc.assert(
    fc.property(work, ({ costs, isChained }) => {
      const { queue, clock, micro, turn } = setUp()
      const left = [...costs]
      const spentMs: number[] = [0]
      const worker: Runnable = {
        path: 'worker',
        turn() {
          const cost = left.shift() ?? 0
          clock.nowMs += cost
          spentMs[clock.turns] = (spentMs[clock.turns] ?? 0) + cost
          if (left.length === 0) return 1
          if (isChained) micro.push(() => queue.add(worker))
          else queue.add(worker)
          return 1
        },
      }

      queue.add(worker)
      while (turn());

      expect(left).toEqual([])
      const overMs = Math.max(...Object.values(spentMs)) - 2
      expect(overMs).toBeLessThan(isChained ? Math.max(...costs) : 2.6)
    }),
    { numRuns: 200 },
  )
})
