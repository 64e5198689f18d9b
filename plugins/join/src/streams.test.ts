import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { given, type Kind, type Row, run, type Way } from './oracle.test-support.ts'

const ways: readonly {
  readonly name: string
  readonly way: Way
  readonly kinds: readonly Kind[]
}[] = [
  {
    name: 'an interval',
    way: { before: 4, after: 7 },
    kinds: ['inner', 'left', 'right', 'full', 'semi', 'anti'],
  },
  {
    name: 'a window',
    way: { tumbling: 9, offset: 2 },
    kinds: ['inner', 'left', 'right', 'full', 'semi', 'anti'],
  },
  { name: 'a table', way: { table: true }, kinds: ['inner', 'left', 'semi', 'anti'] },
  { name: 'as of', way: { asOf: 8 }, kinds: ['inner', 'left', 'semi', 'anti'] },
]
const disorder = 5

/** Times of one input: in order but for at most the disorder, no two the same. */
const times = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(disorder)), { maxLength: 20 })
  .map((steps) => {
    let now = 0
    return steps
      .map(([step, delay]) => ({ t: (now += step), arrives: now + delay }))
      .toSorted((a, b) => a.arrives - b.arrives)
      .map(({ t }) => t)
  })

/** The same records of both inputs in two orders that keep that of each input. */
const twice = fc
  .tuple(times, times, fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }))
  .map(([left, right, turns]) => {
    const row = (side: Row['side'], n: number, t: number): Row => ({
      side,
      t,
      k: t % 3 === 0 ? 'a' : 'b',
      n,
    })
    const lefts = left.map((t, n) => row('left', n, t))
    const rights = right.map((t, n) => row('right', n, t))
    const mix = (flips: readonly boolean[]): readonly Row[] => {
      const [a, b] = [[...lefts], [...rights]]
      const mixed: Row[] = []
      for (const flip of flips) {
        const next = (flip ? a : b).shift()
        if (next !== undefined) mixed.push(next)
      }
      return [...mixed, ...a, ...b]
    }
    return [mix(turns.slice(0, 40)), mix(turns.slice(40))] as const
  })

describe.each(ways)('a join by $name', ({ kinds, way }) => {
  it(
    'gives the same for every order in which its inputs come, and nothing is late',
    { timeout: 60_000 },
    () =>
      fc.assert(
        fc.asyncProperty(twice, fc.constantFrom(...kinds), async ([one, other], kind) => {
          const how = { kind, way, lateness: 0, disorder }
          const first = given(await run(one, how), kind)
          const second = given(await run(other, how), kind)

          expect(first).toEqual(second)
          expect(first.late).toEqual([])
        }),
        { numRuns: 60 },
      ),
  )

  it('keeps nothing that the watermark has passed', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(twice, fc.constantFrom(...kinds), async ([rows], kind) => {
        const far = [10_000, 10_000, 10_001].flatMap((t, n): Row[] => [
          { side: 'left', t, k: `left ${n}`, n: 100 + n },
          { side: 'right', t, k: `right ${n}`, n: 100 + n },
        ])
        const how = { kind, way, lateness: 0, disorder: 0 }
        const { counts } = await run([...rows, ...far], how, { stopAfter: rows.length + 5 })

        const own = { left: 3, right: 2 }
        const keys = new Set(rows.filter(({ side }) => side === 'right').map(({ k }) => k))
        const table = 'table' in way && keys.size > 0 ? { latest: keys.size } : {}
        expect(counts.stateEntries).toEqual({ ...zeros(way), ...own, ...table })
      }),
      { numRuns: 30 },
    ),
  )
})

function zeros(way: Way): Readonly<Record<string, number>> {
  return 'table' in way || 'asOf' in way ? { latest: 0 } : {}
}
