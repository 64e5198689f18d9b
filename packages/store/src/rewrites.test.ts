import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { BlockRef, Manifest } from './manifest.ts'
import { open } from './open-store.test-support.ts'
import { planRewrites, withReplacements } from './rewrites.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'
import type { Merge } from './store.ts'

const options = { merges: true, worthBytes: 10 }

/** A section of blocks, each in a file of its own: 1, 2, 3 and so on. */
function sectionOf(...lengths: number[]): BlockRef[] {
  return lengths.map((length, index) => ({ file: index + 1, offset: 0, length, crc: 0 }))
}

function manifestOf(sections: Readonly<Record<string, readonly BlockRef[]>>): Manifest {
  return { job: 'job', id: 1, at: 0, sections: new Map(Object.entries(sections)) }
}

it('merges all of a section once two fifths of its first blocks were appended', () => {
  const before = sectionOf(100, 20, 20)
  const after = sectionOf(100, 20, 20, 1)

  expect(planRewrites(manifestOf({ a: before }), new Map(), options)).toEqual([])
  expect(planRewrites(manifestOf({ a: after }), new Map(), options)).toEqual([
    { section: 'a', refs: after, first: true, merge: true },
  ])
})

it('counts what was written at once as one, and leaves it alone', () => {
  const refs = [0, 50, 100].map((offset) => ({ file: 1, offset, length: 50, crc: 0 }))

  expect(planRewrites(manifestOf({ a: refs }), new Map([[1, 150]]), options)).toEqual([])
})

it('merges the last of many small blocks with those before that are no larger', () => {
  const ones = Array.from({ length: 15 }, () => 1)
  const refs = sectionOf(10_000, 16, ...ones)

  expect(planRewrites(manifestOf({ a: refs }), new Map(), options)).toEqual([
    { section: 'a', refs: refs.slice(2), first: false, merge: true },
  ])
})

it('moves blocks out of files of which nobody needs more than a third, merges or not', () => {
  const stays = { file: 1, offset: 100, length: 100, crc: 0 }
  const sections = { a: [stays], b: sectionOf(50) }

  for (const merges of [true, false]) {
    const plan = planRewrites(manifestOf(sections), new Map([[1, 200]]), { ...options, merges })
    expect(plan).toEqual([])
    expect(
      planRewrites(manifestOf({ a: [stays] }), new Map([[1, 200]]), { ...options, merges }),
    ).toEqual([{ section: 'a', refs: [stays], first: true, merge: false }])
  }
})

it('puts new blocks in the place of the old only where those still stand side by side', () => {
  const [one, two, three] = sectionOf(1, 2, 3) as [BlockRef, BlockRef, BlockRef]
  const young = { file: 9, offset: 0, length: 5, crc: 0 }
  const replacement = { section: 'a', old: [two, three], refs: [young] }

  expect(withReplacements('a', [one, two, three], [replacement])).toEqual([one, young])
  expect(withReplacements('a', [one, two], [replacement])).toEqual([one, two])
  expect(withReplacements('b', [one, two, three], [replacement])).toEqual([one, two, three])
})

// A block is pairs of bytes: key and value. The live state is one pair for each key.
const merge: Merge = async (_, blocks) => {
  const pairs = new Map<number, number>()
  for (const block of blocks) {
    for (let at = 0; at < block.length; at += 2) pairs.set(block[at] ?? 0, block[at + 1] ?? 0)
  }
  return [Uint8Array.from([...pairs].flat())]
}

it('stays within three times its live state, and keeps what was written last', async () => {
  const writes = fc.array(
    fc.record({
      a: fc.uniqueArray(fc.nat({ max: 25 }), { maxLength: 12 }),
      b: fc.uniqueArray(fc.nat({ max: 25 }), { maxLength: 4 }),
    }),
    { minLength: 30, maxLength: 80 },
  )
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const disk = new SimulatedDisk({ seed: 1 })
      const store = await open(disk, { merge, worthBytes: 8 })
      const whole = Uint8Array.from({ length: 256 }, (_, at) => (at % 2 === 0 ? at >> 1 : 0))
      const live = { a: new Map<number, number>(), b: new Map<number, number>() }
      for (let key = 0; key < 128; key++) [live.a, live.b].forEach((keys) => keys.set(key, 0))
      const both = { blocks: [whole] }
      await store.commit({
        id: 1,
        sections: new Map([
          ['a', both],
          ['b', both],
        ]),
      })
      let id = 1
      for (const keys of all) {
        id++
        const delta = (name: 'a' | 'b') => {
          for (const key of keys[name]) live[name].set(key, id)
          return { blocks: [Uint8Array.from(keys[name].flatMap((key) => [key, id]))] }
        }
        await store.commit({
          id,
          sections: new Map([
            ['a', delta('a')],
            ['b', delta('b')],
          ]),
        })
        const names = (await disk.start().list('/state')).filter((name) =>
          name.startsWith('blocks'),
        )
        const bytes = names.reduce((sum, name) => sum + disk.bytes(`/state/${name}`).length, 0)
        expect(bytes).toBeLessThanOrEqual(3 * 512)
      }
      for (const name of ['a', 'b'] as const) {
        const [merged = new Uint8Array()] = await merge(name, await store.read(name), true)
        const pairs = Array.from({ length: merged.length / 2 }, (_, at) => [
          merged[2 * at],
          merged[2 * at + 1],
        ])
        expect(pairs).toEqual([...live[name]])
      }
    }),
    { numRuns: 100 },
  )
})
