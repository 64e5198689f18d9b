import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

it('tells the life of an actor from its start to its end', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime, name: 'test' })
  const trace: string[] = []
  system.events.on('started', ({ path }) => trace.push(`started ${path}`))
  system.events.on('stopped', ({ path, cause }) => trace.push(`stopped ${path} ${String(cause)}`))
  system.events.on('deadLetter', ({ message, reason }) =>
    trace.push(`${String(message)} ${reason}`),
  )
  const actor = system.spawn<string>({ id: 'a', create: async () => ({ receive() {} }) })
  await runtime.settle()

  await Promise.all([actor.stop(), runtime.settle()])
  actor.tell('late')
  await actor.stop()

  expect(trace).toEqual(['started test/a', 'stopped test/a undefined', 'late stopped'])
})

it('reports a listener that throws and goes on', () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  system.events.on('started', () => {
    throw new Error('listener')
  })
  const seen: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    create: () => ({ receive: (message) => void seen.push(message) }),
  })

  actor.tell('x')

  expect(() => runtime.runUntilIdle()).toThrow('listener')
  runtime.runUntilIdle()
  expect(seen).toEqual(['x'])
})

it('tells what onStop threw, beside the crash if there was one', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const causes: unknown[] = []
  system.events.on('stopped', ({ cause }) => causes.push(cause))
  for (const id of ['a', 'b']) {
    const actor = system.spawn<string>({
      id,
      create: () => ({
        receive() {
          throw new Error('crash')
        },
        async onStop() {
          throw new Error('stop')
        },
      }),
    })
    if (id === 'b') actor.tell('x')
  }
  await runtime.settle()

  await Promise.all([system.stop(), runtime.settle()])

  expect(causes).toEqual([
    new AggregateError(
      [new Error('crash'), new Error('stop')],
      'The actor crashed, and then its onStop failed.',
    ),
    new Error('stop'),
  ])
})
