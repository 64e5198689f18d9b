import { test } from 'vitest'

import { createManualRuntime } from '../manual-runtime.ts'
import { createRouter, type Route, type Router } from './router.ts'
import { createActorSystem } from '../system.ts'

const messages = 10_000
const routes: Record<string, Route<number>> = {
  'round robin': 'roundRobin',
  random: 'random',
  'smallest mailbox': 'smallestMailbox',
  'consistent hash': { hash: (message) => message },
}

test('a routed tell against a direct one', async ({ bench }) => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  let total = 0
  const routees = Array.from({ length: 8 }, (_, index) =>
    system.spawn<number>({
      id: `routee-${index}`,
      create: () => ({
        receive(message) {
          total += message ^ index
        },
      }),
    }),
  )
  const routers = Object.entries(routes).map(([name, route], index): [string, Router<number>] => [
    name,
    createRouter<number>(system, { id: `router-${index}`, route, routees }),
  ])
  const all = createRouter<number>(system, { id: 'all', route: 'broadcast', routees })
  runtime.runUntilIdle()

  await bench.compare(
    bench(`${messages} direct tells to eight actors`, () => {
      for (let count = 0; count < messages; count++) routees[count & 7]?.tell(count)
      runtime.runUntilIdle()
    }),
    ...routers.map(([name, router]) =>
      bench(`${messages} tells, ${name} over eight`, () => {
        for (let count = 0; count < messages; count++) router.tell(count)
        runtime.runUntilIdle()
      }),
    ),
    bench(`${messages / 8} tells, broadcast to eight`, () => {
      for (let count = 0; count < messages; count += 8) all.tell(count)
      runtime.runUntilIdle()
    }),
    { time: 300 },
  )
  if (total === -1) throw new Error('The handlers must have run.')
})
