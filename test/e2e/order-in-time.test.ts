import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { folder, run } from './command.ts'

interface Sale {
  readonly at: number
  readonly id: number
  readonly price: number
}

const lines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

const read = (path: string): readonly unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

/** Sales out of order by less than 15 s; each tenth is there twice. */
function sales(seed: number, startAt: number): readonly Sale[] {
  const random = createRandom(seed)
  return Array.from({ length: 1500 }, (_, id) => {
    const at = startAt + 2 * id - Math.floor(random() * 15)
    const sale = { at, id, price: Math.floor(random() * 1_000_000) }
    return id % 10 === 0 ? [sale, { at: at + 1, id, price: 0 }] : [sale]
  }).flat()
}

const onlyOnce = (all: readonly Sale[]): readonly Sale[] => [
  ...new Map(all.toReversed().map((sale) => [sale.id, sale])).values(),
]

describe('two streams that are half an hour apart', () => {
  it('are one in the order of event time, without repeats, and the best of each hour are right', async () => {
    const shops = { north: sales(1, 100), south: sales(2, 1900) }
    const cwd = folder({
      'north.jsonl': lines(shops.north),
      'south.jsonl': lines(shops.south),
      'job.yaml': `
pipeline:
  sources:
    a: { file: north.jsonl, time: { field: at, unit: s, disorder: 30s } }
    b: { file: south.jsonl, time: { field: at, unit: s, disorder: 30s } }
  stages:
    - union: { as: shop }
      from: { north: a, south: b }
    - dedupe: { within: 10m, of: [shop, id] }
    - sort: {}
    - top-n: { n: 3, of: price, window: { tumbling: 1h } }
      by: shop
  sinks:
    sorted: { file: sorted.jsonl, from: sort }
    best: { file: best.jsonl, from: top-n }
  deadLetter: { file: dead.jsonl }
`,
    })

    const { code, stdout, stderr } = await run(cwd, ['run', 'job.yaml', '--json'])

    expect(code, stdout + stderr).toBe(0)
    const all = Object.entries(shops).flatMap(([shop, some]) =>
      onlyOnce(some).map((sale) => ({ ...sale, shop })),
    )
    const sorted = read(join(cwd, 'sorted.jsonl')) as readonly (Sale & { shop: string })[]
    expect(sorted.map(({ at }) => at)).toStrictEqual(
      all.map(({ at }) => at).toSorted((a, b) => a - b),
    )
    const best = read(join(cwd, 'best.jsonl')) as readonly Readonly<Record<string, unknown>>[]
    const hours = [...new Set(best.map(({ windowStart }) => windowStart))]
    expect(hours).toStrictEqual([0, 3_600_000])
    for (const hour of hours) {
      for (const shop of Object.keys(shops)) {
        const prices = all
          .filter((sale) => sale.shop === shop && Math.floor(sale.at / 3600) * 3_600_000 === hour)
          .map(({ price }) => price)
        expect(
          best
            .filter((one) => one['shop'] === shop && one['windowStart'] === hour)
            .map(({ rank, value }) => [rank, value]),
        ).toStrictEqual(
          prices
            .toSorted((a, b) => b - a)
            .slice(0, 3)
            .map((price, index) => [index + 1, price]),
        )
      }
    }
    const { stages } = JSON.parse(stdout) as { stages: readonly Record<string, unknown>[] }
    expect(stages.find(({ id }) => id === 'dedupe')).toMatchObject({
      in: 3300,
      used: 3000,
      filtered: 300,
      reasons: { duplicate: 300 },
      stateEntries: { times: 0, order: 0 },
    })
    expect(read(join(cwd, 'dead.jsonl'))).toStrictEqual([])
  })
})
