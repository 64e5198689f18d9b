import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

/** Two children, rest for one; `starts` says how each start goes, from the first on, `ok` where it says nothing. */
function setUp(starts: Readonly<Record<'a' | 'b', readonly ('ok' | 'fails' | 'hangs')[]>>) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const log: string[] = []
  let fail: ((error: Error) => void) | undefined
  const child = (id: 'a' | 'b', minMs: number) => ({
    id,
    backoff: { minMs, maxMs: minMs },
    create({ incarnation }: { incarnation: number }) {
      const how = starts[id][incarnation - 1] ?? 'ok'
      log.push(`${id} ${how}`)
      if (how === 'fails') throw new Error(`${id} cannot start`)
      const behavior = {
        receive() {
          throw new Error(`${id} crashed`)
        },
      }
      if (how === 'ok') return behavior
      return new Promise<typeof behavior>((_resolve, reject) => {
        fail = reject
      })
    },
  })
  const start = (delays: { readonly a: number; readonly b: number }) => {
    const supervisor = system.supervise({
      id: 's',
      strategy: 'restForOne',
      intensity: 10,
      children: [child('a', delays.a), child('b', delays.b)],
    })
    return (id: string): void => {
      const handle = supervisor.whichChildren().find((each) => each.id === id)
      if (handle?.kind === 'actor') handle.ref.tell('crash')
    }
  }
  return { runtime, log, start, failStart: () => fail?.(new Error('b cannot start')) }
}

it('a failed start is not tried again by itself once an earlier child has drawn it along', async () => {
  const { runtime, log, start, failStart } = setUp({ a: ['ok', 'fails'], b: ['ok', 'hangs'] })
  const crash = start({ a: 0, b: 0 })
  await runtime.settle()
  crash('b')
  await runtime.settle()
  crash('a')
  await runtime.settle()

  failStart()
  await runtime.settle()

  expect(log).toEqual(['a ok', 'b ok', 'b hangs', 'a fails', 'a ok', 'b ok'])
})

it('a delayed restart does not come once an earlier child has drawn it along', async () => {
  const { runtime, log, start } = setUp({ a: ['ok', 'ok'], b: ['ok', 'ok'] })
  const crash = start({ a: 100, b: 10 })
  await runtime.settle()
  crash('b')
  await runtime.settle()
  crash('a')
  await runtime.elapse(50)

  expect(log).toEqual(['a ok', 'b ok'])
  await runtime.elapse(60)
  expect(log).toEqual(['a ok', 'b ok', 'a ok', 'b ok'])
})
