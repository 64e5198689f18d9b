import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { open } from './open-store.test-support.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'
import type { SectionWrite } from './store.ts'

const WORTH = 50

/** What a commit does to one section. */
const write = fc.record({
  blocks: fc.array(fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 600 })), { maxLength: 4 }),
  drop: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 40 })),
  replace: fc.boolean(),
})
const commit = fc.dictionary(fc.constantFrom('a', 'b', 'c'), write)

/** Bytes of all blocks on the disk, looked at before each of its operations. */
class Room {
  readonly disk = new SimulatedDisk({
    seed: 1,
    fault: ({ name, path }) => {
      this.most = Math.max(this.most, this.now())
      if (name === 'create' && path.includes('/blocks-')) this.#files.add(path)
      if (name === 'remove') this.#files.delete(path)
      return undefined
    },
  })
  readonly #files = new Set<string>()
  most = 0

  now(): number {
    return [...this.#files].reduce((sum, path) => sum + this.disk.bytes(path).length, 0)
  }
}

it('takes three times what is live, whatever is appended and dropped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { minLength: 10, maxLength: 40 }), async (commits) => {
      const room = new Room()
      const store = await open(room.disk, { worthBytes: WORTH })
      const live: number[] = [0, 0, 0]
      for (const [index, writes] of commits.entries()) {
        const sections = Object.entries(writes).map(([name, { blocks, drop, replace }]) => {
          const made = blocks.map((bytes) => new Uint8Array(bytes))
          return [name, { blocks: made, drop, replace }] as [string, SectionWrite]
        })
        room.most = 0
        const checkpoint = await store.commit({ id: index + 1, sections: new Map(sections) })
        const blocks = checkpoint.sections.flatMap((section) => section.blocks)
        live.push(blocks.reduce((sum, bytes) => sum + bytes, 0))
        await setImmediate()

        const [before = 0, last = 0, now = 0] = live.slice(-3)
        // Two checkpoints are kept, and a third is there while another is written.
        expect(room.now()).toBeLessThanOrEqual(1.5 * (last + now) + 2 * WORTH)
        expect(room.most).toBeLessThanOrEqual(1.5 * (before + last + now) + 3 * WORTH)
      }
    }),
    { numRuns: 200 },
  )
})
