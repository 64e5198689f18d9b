import { describe, expect, it } from 'vitest'
import type { Simulation } from '../simulate/simulate.ts'
import { explore } from './explore.ts'

/** Independent actors with so many messages each; returns the order of their turns, such as `aab`. */
function independent(counts: readonly number[]) {
  return (sim: Simulation): { order: string } => {
    const world = { order: '' }
    for (const [index, count] of counts.entries()) {
      const id = 'abcdef'[index] ?? ''
      const ref = sim.spawn<number>({
        id,
        create: () => {
          world.order += id
          return { receive: () => void (world.order += id) }
        },
      })
      for (let message = 0; message < count; message++) ref.tell(message)
    }
    return world
  }
}

function factorial(value: number): number {
  return value < 2 ? 1 : value * factorial(value - 1)
}

/** How many orders there are of the turns of independent actors: a start and `count` messages each. */
function multinomial(counts: readonly number[]): number {
  const turns = counts.map((count) => count + 1)
  const all = turns.reduce((sum, count) => sum + count, 0)
  return turns.reduce((rest, count) => rest / factorial(count), factorial(all))
}

/** All orders a mode visits, and how many runs it took. */
async function visit(
  counts: readonly number[],
  options: { readonly mode: 'uniform' | 'priority' | 'exhaustive'; readonly seeds?: number },
): Promise<{ readonly orders: Set<string>; readonly runs: number; readonly isComplete: boolean }> {
  const orders = new Set<string>()
  const { runs, isComplete } = await explore(independent(counts), {
    ...options,
    always: { visited: ({ order }) => void orders.add(order) },
  })
  return { orders, runs, isComplete }
}

describe('exhaustive mode', () => {
  it.each([
    ['two messages and one', [2, 1], 10],
    ['three actors with one each', [1, 1, 1], 90],
    ['four messages and none', [4, 0], 6],
    ['two with three each', [3, 3], 70],
  ] as const)('visits every interleaving once: %s', async (_, counts, expected) => {
    const { orders, runs, isComplete } = await visit(counts, { mode: 'exhaustive' })

    expect(multinomial(counts)).toBe(expected)
    expect(orders.size).toBe(expected)
    expect(runs).toBe(expected)
    expect(isComplete).toBe(true)
  })

  it('says when it did not vary every choice', async () => {
    const report = await explore(independent([4, 4]), { mode: 'exhaustive', choicesMax: 3 })

    expect(report.runs).toBe(8)
    expect(report.isComplete).toBe(false)
  })

  it('varies faults as it varies order', async () => {
    const losses = new Set<string>()
    const report = await explore(
      (sim) => {
        const got: number[] = []
        const target = sim.spawn<number>({
          id: 'target',
          create: () => ({ receive: (item) => void got.push(item) }),
        })
        const source = sim.spawn<number>({
          id: 'source',
          create: () => ({
            receive: () => {
              for (const item of [1, 2, 3]) target.tell(item)
            },
          }),
        })
        source.tell(0)
        return got
      },
      {
        mode: 'exhaustive',
        choicesMax: 20,
        faults: { messageLoss: 0.001 },
        always: { visited: (got) => void losses.add(got.join('')) },
      },
    )

    expect(report.isComplete).toBe(true)
    expect([...losses].toSorted()).toEqual(['', '1', '12', '123', '13', '2', '23', '3'])
  })
})

it('uniform mode visits every interleaving of a small scenario sooner or later', async () => {
  const { orders } = await visit([1, 1, 1], { mode: 'uniform', seeds: 2000 })

  expect(orders.size).toBe(90)
})

it('priority mode finds what needs one actor to be starved for long', async () => {
  const isStarved = (order: string): boolean => /^a{21}b{21}$|^b{21}a{21}$/.test(order)
  const uniform = await visit([20, 20], { mode: 'uniform', seeds: 200 })
  const priority = await visit([20, 20], { mode: 'priority', seeds: 200 })

  expect([...uniform.orders].some(isStarved)).toBe(false)
  expect([...priority.orders].some(isStarved)).toBe(true)
})
