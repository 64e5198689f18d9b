import { expect, it } from 'vitest'

import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { createPool } from './pool.ts'
import { createRouter } from './router.ts'

it.each([
  [
    'roundrobin',
    'a route without hash must be one of roundRobin, random, smallestMailbox, broadcast; got "roundrobin" (did you mean "roundRobin"?)',
  ],
  [
    'bogus',
    'a route without hash must be one of roundRobin, random, smallestMailbox, broadcast; got "bogus"',
  ],
  [{ hash: 'key' }, 'route.hash must be a function of the message'],
])('refuses the route %j for routers and pools, and starts nothing', async (route, fault) => {
  const system = createActorSystem({ runtime: createManualRuntime() })
  const message = `The specification of actor "r" is wrong: ${fault}.`
  const routee = { id: 'a', create: () => ({ receive() {} }) }

  expect(() => createRouter(system, { id: 'r', route: route as 'random' })).toThrow(message)
  await expect(
    createPool(system, { id: 'r', route: route as 'random', size: 1, routee }),
  ).rejects.toThrow(message)
  expect(system.inspect()).toEqual([])
})
