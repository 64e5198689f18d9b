import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { expect, test } from 'vitest'

import type { ActorContext } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

const actors = 100_000
const specs = Array.from({ length: actors }, (_, index) => ({
  id: `a${index}`,
  create: () => ({ receive() {} }),
}))
const timed = specs.map(({ id }) => ({
  id,
  create: ({ timers }: ActorContext<string>) => {
    timers.every('tick', 1000, 'tick')
    return { receive() {} }
  },
}))

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Heap in bytes after all garbage is gone. */
function heapBytes(): number {
  for (let round = 0; round < 4; round++) collect()
  return process.memoryUsage().heapUsed
}

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }) }
}

test('spawning and stopping against objects in a map', async ({ bench }) => {
  await bench.compare(
    bench(`${actors} plain objects put into a map and taken out`, () => {
      const objects = new Map<string, object>()
      for (const spec of specs) objects.set(spec.id, { spec, behavior: spec.create() })
      for (const spec of specs) objects.delete(spec.id)
    }),
    bench(`${actors} actors spawned and run`, () => {
      const { runtime, system } = setUp()
      for (const spec of specs) system.spawn(spec)
      runtime.runUntilIdle()
    }),
    bench(`${actors / 10} actors spawned and run, ten times`, () => {
      for (let part = 0; part < 10; part++) {
        const { runtime, system } = setUp()
        for (const spec of specs.slice(0, actors / 10)) system.spawn(spec)
        runtime.runUntilIdle()
      }
    }),
    bench(`${actors} actors with timers spawned and stopped`, async () => {
      const { runtime, system } = setUp()
      for (const spec of timed) system.spawn(spec)
      runtime.runUntilIdle()
      const stopped = system.stop()
      runtime.runUntilIdle()
      await stopped
    }),
    { time: 300, warmupIterations: 1, iterations: 5 },
  )
})

test('an idle actor takes at most 400 bytes, its behavior included', async ({ annotate }) => {
  const { runtime, system } = setUp()
  const before = heapBytes()
  for (const spec of specs) system.spawn(spec)
  runtime.runUntilIdle()

  const bytes = (heapBytes() - before) / actors

  await annotate(`${Math.round(bytes)} bytes`)
  expect(bytes).toBeLessThan(400)
  expect(system.inspect().length).toBe(actors)
})
