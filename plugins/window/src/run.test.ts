import { RowLayout } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import type { Accumulators } from './folds.ts'
import { entriesOfBoth, Run, type RunMaker } from './run.ts'

const create = (): Accumulators => [{ n: 0, total: 0 }, new Set<string>()]
const maker: RunMaker = {
  layout: new RowLayout(create),
  second: new RowLayout(create),
  merge: (a) => a,
}

function contents(run: Run): unknown {
  const all = entriesOfBoth(maker, run, new Run(maker, 0))
  return Array.from(all, ({ accumulators: [numbers, names], key, slot }) => {
    return [slot, key, { ...(numbers as object) }, [...(names as Set<string>)]]
  })
}

const of = (n: number, name: string): Accumulators => [{ n, total: 10 * n }, new Set([name])]

describe('a run of accumulators', () => {
  it('takes in keys in any order, and keeps them in that of their slots', () => {
    const run = new Run(maker, 1)
    for (const slot of [5, 1, 9, 3]) run.put(slot, { k: slot }, of(slot, `of ${slot}`))
    expect(contents(run)).toStrictEqual([
      [1, { k: 1 }, { n: 1, total: 10 }, ['of 1']],
      [3, { k: 3 }, { n: 3, total: 30 }, ['of 3']],
      [5, { k: 5 }, { n: 5, total: 50 }, ['of 5']],
      [9, { k: 9 }, { n: 9, total: 90 }, ['of 9']],
    ])
  })

  it('has what a key was given last', () => {
    const run = new Run(maker, 0)
    run.push(2, { k: 2 }, of(2, 'first'))
    run.push(4, { k: 4 }, of(4, 'other'))
    run.put(2, { k: 2 }, of(7, 'second'))
    expect(contents(run)).toStrictEqual([
      [2, { k: 2 }, { n: 7, total: 70 }, ['second']],
      [4, { k: 4 }, { n: 4, total: 40 }, ['other']],
    ])
  })
})
