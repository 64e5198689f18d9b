import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef } from '../actor.ts'
import { HashSlots } from './hash-slots.ts'
import { stableHash } from './stable-hash.ts'

type Ref = ActorRef<string>

const refOf = (id: string): Ref => ({
  id,
  path: `millrace/${id}`,
  queued: 0,
  tell() {},
  offer: () => 'queued',
  ask: () => Promise.reject(new Error('not asked')),
  stop: () => Promise.resolve(),
  isAlive: () => true,
})

/** Routees that come and go, in that order; who owns a key is told by id. */
function ring(refs: readonly Ref[] = []) {
  const slots = new HashSlots<string>((key) => key)
  let routees: readonly Ref[] = []
  const change = (next: readonly Ref[]): void => {
    slots.changed(routees, next)
    routees = next
  }
  change(refs)
  return {
    add: (ref: Ref) => change([...routees, ref]),
    remove: (id: string) => change(routees.filter((each) => each.id !== id)),
    ownerOf: (key: string) => routees[slots.choose(key)]?.id,
  }
}

const keys = Array.from({ length: 4000 }, (_, index) => `key-${index}`)
const someIds = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 12 })

it('a key moves only away from a routee that left or to one that came', () => {
  fc.assert(
    fc.property(someIds, fc.nat(), (ids, nth) => {
      const chosen = ids[nth % ids.length] as string
      const others = ids.filter((id) => id !== chosen)
      const table = ring(others.map(refOf))
      const before = keys.map((key) => table.ownerOf(key))

      table.add(refOf(chosen))
      const joined = keys.map((key) => table.ownerOf(key))
      table.remove(chosen)
      const left = keys.map((key) => table.ownerOf(key))

      expect(joined.map((owner, index) => (owner === chosen ? before[index] : owner))).toEqual(
        before,
      )
      expect(left).toEqual(before)
    }),
    { numRuns: 100 },
  )
})

it('about k/n of k keys move when one of n routees comes: five standard deviations at most', () => {
  fc.assert(
    fc.property(someIds, (ids) => {
      const [newcomer, ...others] = ids as [string, ...string[]]
      const table = ring(others.map(refOf))
      const before = keys.map((key) => table.ownerOf(key))

      table.add(refOf(newcomer))

      const moved = keys.filter((key, index) => table.ownerOf(key) !== before[index]).length
      const share = 1 / ids.length
      // Two draws: which of the 4,096 slots are won, and which keys fall into them.
      const deviation = Math.sqrt(share * (1 - share) * (1 / 4096 + 1 / keys.length))
      expect(Math.abs(moved / keys.length - share)).toBeLessThan(5 * deviation)
    }),
    { numRuns: 100 },
  )
})

it('who owns a key depends on the set of routees, not on how they came', () => {
  fc.assert(
    fc.property(
      someIds,
      fc.array(fc.tuple(fc.boolean(), fc.nat(11)), { maxLength: 20 }),
      (ids, moves) => {
        const history = ring()
        const present = new Set<string>()
        for (const [comes, nth] of moves) {
          const id = ids[nth % ids.length] as string
          if (comes && !present.has(id)) {
            history.add(refOf(id))
            present.add(id)
          } else if (!comes) {
            history.remove(id)
            present.delete(id)
          }
        }
        const fresh = ring([...present].toSorted().map(refOf))

        for (const key of keys.slice(0, 500)) expect(history.ownerOf(key)).toBe(fresh.ownerOf(key))
      },
    ),
    { numRuns: 100 },
  )
})

it('the hash is what is documented, for ever', () => {
  const hashes = ['', 'a', 'user-1', 'ä€😀', 0, -0, 1, -1, 1.5, 1e300, '1'].map(
    (key) => stableHash(key) >>> 0,
  )

  expect(hashes).toMatchInlineSnapshot(`
    [
      2872998923,
      444641715,
      2005895916,
      119109006,
      3267029268,
      3267029268,
      1020159995,
      802167105,
      558226736,
      1148035959,
      1428125071,
    ]
  `)
})
