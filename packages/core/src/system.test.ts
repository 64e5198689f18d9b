import { expect, it } from 'vitest'

import type { ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

it('delivers messages in order and never on the stack of the sender', () => {
  const runtime = createManualRuntime({ seed: 1 })
  const system = createActorSystem({ runtime })
  const seen: number[] = []
  const actor = system.spawn<number>({
    id: 'a',
    create: () => ({
      receive(message) {
        seen.push(message)
      },
    }),
  })

  for (const message of [1, 2, 3]) actor.tell(message)
  const seenBefore = [...seen]
  runtime.runUntilIdle()

  expect(seenBefore).toEqual([])
  expect(seen).toEqual([1, 2, 3])
})

it('hands nothing else over while an asynchronous handler runs', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    create: () => ({
      async receive(message) {
        trace.push(`${message} begins`)
        await runtime.yield()
        trace.push(`${message} ends`)
      },
    }),
  })

  actor.tell('x')
  actor.tell('y')
  await runtime.settle()

  expect(trace).toEqual(['x begins', 'x ends', 'y begins', 'y ends'])
})

it('forwards through a hundred thousand actors without growing the stack', () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  let arrived = 0
  let next: ActorRef<number> | undefined
  for (let hop = 0; hop < 100_000; hop++) {
    const target = next
    next = system.spawn<number>({
      id: `hop-${hop}`,
      create: () => ({
        receive(message) {
          if (target === undefined) arrived = message
          else target.tell(message + 1)
        },
      }),
    })
  }

  next?.tell(1)
  runtime.runUntilIdle()

  expect(arrived).toBe(100_000)
})

it('restarts a supervised actor after a crash and keeps its queue in order', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const supervisor = system.supervise({ id: 'top', onEscalate() {} })
  const seen: string[] = []
  const started = supervisor.start<number>({
    id: 'a',
    create: (context) => ({
      receive(message) {
        if (message === 2) throw new Error('two')
        seen.push(`${context.incarnation}: ${message}`)
      },
    }),
  })
  await runtime.settle()
  const actor = await started

  for (const message of [1, 2, 3, 4]) actor.tell(message)
  runtime.runUntilIdle()

  expect(seen).toEqual(['1: 1', '2: 3', '2: 4'])
})

it('stops everything in reverse start order', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  for (const id of ['a', 'b', 'c']) {
    system.spawn({
      id,
      create: () => ({
        receive() {},
        async onStop() {
          trace.push(`${id} stops`)
          await runtime.yield()
          trace.push(`${id} stopped`)
        },
      }),
    })
  }

  runtime.runUntilIdle()

  const stopped = system.stop()
  await runtime.settle()
  await stopped

  expect(trace).toEqual(['c stops', 'c stopped', 'b stops', 'b stopped', 'a stops', 'a stopped'])
})
