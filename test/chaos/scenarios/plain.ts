import type { Scenario } from '../scenario.ts'
import { overFile } from './over-file.ts'

/** Jobs that keep nothing, or little. */
export const plain: Readonly<Record<string, Scenario>> = {
  'filter-map': {
    summary: 'filter and map, from and to files of any format',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({ count: draw.number(size, 2 * size), keys: 20 }),
      (draw, file) => {
        const out = draw.pick(['jsonl', 'csv', 'jsonl.gz', 'json', 'csv.gz'])
        return {
          pipeline: `
source: { file: ${file} }
stages:
  - filter: n % 3 != 0
  - map: { set: { double: n * 2, cents: price * 100 } }
sink: { file: out/out.${out} }
`,
        }
      },
    ),
  },
  dedupe: {
    summary: 'the first of each id within a time; repeats and late records are written, too',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 1, size),
        keys: draw.pick([10, 500, 5000]),
        disorderMs: 1000,
        late: 0.005,
      }),
      (draw, file) => ({
        stateOf: ['dedupe'],
        pipeline: `
source: { file: ${file}, time: { field: t, disorder: 1s } }
stages:
  - dedupe: { within: ${draw.pick(['5s', '1m'])}, of: key }
    outputs:
      duplicates: { file: out/duplicates.jsonl }
      late: { file: out/late.jsonl }
sink: { file: out/once.jsonl }
`,
      }),
    ),
  },
  ordered: {
    summary: 'sort by event time, then the best of each window',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 1, size),
        keys: 30,
        disorderMs: 3000,
        late: draw.pick([0, 0.002]),
      }),
      (draw, file) => ({
        pipeline: `
source: { file: ${file}, time: { field: t, disorder: 3s } }
stages:
  - module: '@millrace/sort'
    outputs: { late: { file: out/late.jsonl } }
  - top-n: { n: 3, of: price, window: { tumbling: 5s } }
    by: key
    outputs: { late: { file: out/late-top.jsonl } }
sink: { file: out/best.jsonl }
`,
      }),
    ),
  },
}
