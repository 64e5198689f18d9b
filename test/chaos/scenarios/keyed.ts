import { jsonLines, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import { overFile } from './over-file.ts'

/** Jobs that keep something for each key. */
export const keyed: Readonly<Record<string, Scenario>> = {
  'aggregate-end': {
    summary: 'running values by key that come out at the end',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 1, size),
        keys: draw.pick([1, 30, 3000]),
      }),
      (draw, file) => ({
        pipeline: `
source: { file: ${file}, time: { field: t, disorder: 0s } }
stages:
  - module: '@millrace/aggregate'
    by: key
    parameters:
      aggregate:
        n: count()
        total: sum(price)
        mean: mean(n)
        spread: stddev(n)
        p95: quantile(price, 0.95)
        ids: distinct(id)
        words: { value: distinct(text), exact: true }
        top: topK(text, 3)
        first: first(id)
        last: last(id)
sink: { file: out/totals.jsonl }
`,
      }),
    ),
  },
  'aggregate-update': {
    summary: 'running values by key that come out with each record, or now and then',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 2, size >> 1),
        keys: draw.pick([3, 300]),
      }),
      (draw, file) => ({
        pipeline: `
source: { file: ${file}, time: { field: t, disorder: 0s } }
stages:
  - module: '@millrace/aggregate'
    by: key
    parameters:
      aggregate: { n: count(), total: sum(price), last: last(id) }
      emit: ${draw.pick(['update', 'update', '{ every: 5s }'])}
sink: { file: out/running.jsonl }
`,
      }),
    ),
  },
  'interval-join': {
    summary: 'two inputs joined by key and time, with what has no match',
    goesBack: true,
    order: 'any',
    job(draw, size) {
      const count = draw.number(size >> 2, size >> 1)
      const options = { count, keys: draw.pick([50, 1000]), disorderMs: 2000 }
      const kind = draw.pick(['inner', 'left', 'full'])
      return {
        inputs: {
          'left.jsonl': jsonLines(rowsOf(draw, options)),
          'right.jsonl': jsonLines(rowsOf(draw, options)),
        },
        pipeline: `
sources:
  left: { file: input/left.jsonl, time: { field: t, disorder: 2s } }
  right: { file: input/right.jsonl, time: { field: t, disorder: 2s } }
stages:
  - module: '@millrace/join'
    from: { left: left, right: right }
    by: { left: key, right: key }
    parameters:
      kind: ${kind}
      within: { before: 1s, after: ${draw.pick(['2s', '10s'])} }
      select: { left: left.id, right: right.id, sum: left.n + right.n }
sink: { file: out/pairs.jsonl }
`,
      }
    },
  },
  'custom-actor': {
    summary:
      'an actor of our own: values, maps, lists, times to live, timers and records it refuses',
    modules: ['ledger.ts'],
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 2, size >> 1),
        keys: draw.pick([4, 400]),
        disorderMs: 1000,
      }),
      (draw, file) => ({
        stateOf: ['ledger'],
        pipeline: `
source: { file: ${file}, time: { field: t, disorder: 1s } }
stages:
  - module: ./input/ledger.ts
    by: key
    parameters: { quietMs: ${draw.pick([500, 5000, 60_000])} }
sink: { file: out/ledger.jsonl }
deadLetter: { file: out/refused.jsonl }
errors: { atMost: 100% }
`,
      }),
    ),
  },
  pattern: {
    summary: 'sequences of records by key, and those that ran out of time',
    goesBack: true,
    order: 'same',
    job: overFile(
      (draw, size) => ({
        count: draw.number(size >> 2, size >> 1),
        keys: draw.pick([5, 100, 1000]),
        disorderMs: 1000,
        late: draw.pick([0, 0.005]),
      }),
      (draw, file) => {
        const steps = draw.pick([
          '[{ name: low, where: n < 100 }, { name: high, where: n > low.n + 700 }]',
          '[{ name: low, where: n < 300 }, { name: more, where: n < 600, times: 2.. }, { name: high, where: n > 800 }]',
          '[{ name: low, where: n < 100 }, { not: n > 500 }, { name: high, where: price > 500, follows: directly }]',
          '[{ name: low, where: n < 50 }, { not: n > 600 }]',
        ])
        return {
          stateOf: ['pattern'],
          pipeline: `
source: { file: ${file}, time: { field: t, disorder: 1s } }
stages:
  - module: '@millrace/pattern'
    by: key
    parameters:
      steps: ${steps}
      within: ${draw.pick(['2s', '30s'])}
      skip: ${draw.pick(['pastLast', 'toNext'])}
      select: { low: low.id }
      timeouts: { since: low.id }
    outputs:
      late: { file: out/late.jsonl }
      timeouts: { file: out/timeouts.jsonl }
sink: { file: out/matches.jsonl }
`,
        }
      },
    ),
  },
}
