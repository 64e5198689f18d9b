import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'

it('is the same for the same seed', () => {
  const first = createManualRuntime({ seed: 3 })
  const second = createManualRuntime({ seed: 3 })

  expect([first.random(), first.random()]).toEqual([second.random(), second.random()])
})

it('fires timers at their time, in order, and not the canceled ones', () => {
  const runtime = createManualRuntime({ startMs: 1000 })
  const trace: string[] = []
  runtime.timer(20, () => trace.push(`late ${runtime.now()}`))
  runtime.timer(10, () => runtime.schedule(() => trace.push(`task ${runtime.monotonic()}`)))
  const cancel = runtime.timer(15, () => trace.push('never'))
  cancel()

  runtime.advance(30)

  expect(trace).toEqual(['task 10', 'late 1020'])
  expect(runtime.now()).toBe(1030)
})

it('settles promises and tasks that wake each other', async () => {
  const runtime = createManualRuntime()
  const trace: string[] = []
  const work = async (): Promise<void> => {
    await runtime.yield()
    trace.push('one')
    await runtime.yield()
    trace.push('two')
  }
  void work()

  await runtime.settle()

  expect(trace).toEqual(['one', 'two'])
})

it('keeps the tasks behind one that throws', () => {
  const runtime = createManualRuntime()
  const trace: string[] = []
  runtime.schedule(() => {
    throw new Error('first')
  })
  runtime.schedule(() => trace.push('second'))

  expect(() => runtime.runUntilIdle()).toThrow('first')
  runtime.runUntilIdle()

  expect(trace).toEqual(['second'])
})
