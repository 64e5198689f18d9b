import { type ActorContext, createActorSystem, createManualRuntime, ignore } from '@millrace/core'
import { expect, it } from 'vitest'

it('starts in order, delays the restart of the store, and starts again what came after it', async () => {
  const runtime = createManualRuntime({ seed: 4 })
  const system = createActorSystem({ runtime })
  const log: string[] = []
  const made = (context: ActorContext<string>) => {
    log.push(`${context.self.id} ${context.incarnation}`)
    return {
      receive(message: string) {
        throw new Error(message)
      },
    }
  }

  const shop = system.supervise({
    id: 'shop',
    strategy: 'restForOne',
    intensity: 3,
    periodMs: 60_000,
    children: [
      { id: 'index', create: made },
      { id: 'store', create: made, backoff: { minMs: 100, maxMs: 10_000, jitter: 0.2 } },
      { id: 'cache', create: () => ignore },
      { id: 'carts', strategy: 'dynamic' },
      { id: 'desk', create: made },
    ],
  })
  await Promise.all([shop.started(), runtime.settle()])
  const store = shop.whichChildren().find((child) => child.id === 'store')
  if (store?.kind === 'actor') store.ref.tell('disk full')
  await runtime.elapse(99)
  const waiting = shop.inspect().children.map(({ id, state }) => `${id} ${state}`)
  await runtime.elapse(21)

  expect(waiting).toEqual([
    'index running',
    'store backingOff',
    'cache stopped',
    'carts down',
    'desk down',
  ])
  expect(log).toEqual(['index 1', 'store 1', 'desk 1', 'store 2', 'desk 2'])
  expect(shop.inspect().children[1]?.lastCauses).toEqual([
    { atMs: 0, cause: new Error('disk full') },
  ])
})
