import type { Draw } from '../draw.ts'
import { drawnFile, type Row, rowsOf } from '../rows.ts'
import type { DrawnJob, Scenario } from '../scenario.ts'

const values = `
        n: count()
        total: sum(price)
        least: min(n)
        first: first(id)
        last: last(id)
        p90: quantile(price, 0.9)`

/** Windows of one kind over records of which some are late. */
function windowed(
  kind: (draw: Draw) => string,
  keys: (draw: Draw) => number,
  isTimed = true,
): Scenario['job'] {
  return (draw, size): DrawnJob => {
    const disorderMs = draw.pick([0, 500, 5000])
    const rows: readonly Row[] = rowsOf(draw, {
      count: draw.number(size >> 1, size),
      keys: keys(draw),
      disorderMs,
      late: draw.pick([0, 0.01]),
    })
    const { name, files } = drawnFile(draw, 'in', rows)
    const emit = isTimed ? draw.pick(['final', 'final', 'onTime', '{ every: 5s }']) : 'final'
    return {
      inputs: files,
      stateOf: ['windows'],
      pipeline: `
source: { file: input/${name}, time: { field: t, disorder: ${disorderMs}ms } }
stages:
  - module: '@millrace/window'
    id: windows
    by: key
    parameters:
      ${kind(draw)}
      emit: ${emit}${
        isTimed
          ? `
      lateness: ${draw.pick(['0s', '2s'])}`
          : ''
      }
      aggregate:${values}
    outputs:
      late: { file: out/late.jsonl }
sink: { file: out/windows.jsonl }
`,
    }
  }
}

export const windows: Readonly<Record<string, Scenario>> = {
  tumbling: {
    summary: 'tumbling windows by key, some records late',
    goesBack: true,
    order: 'same',
    job: windowed(
      (draw) => `tumbling: ${draw.pick(['1s', '10s', '1m'])}`,
      (draw) => draw.pick([3, 50, 2000]),
    ),
  },
  sliding: {
    summary: 'sliding windows that overlap',
    goesBack: true,
    order: 'same',
    job: windowed(
      (draw) => `sliding: ${draw.pick(['{ size: 10s, every: 4s }', '{ size: 1m, every: 15s }'])}`,
      (draw) => draw.pick([3, 50]),
    ),
  },
  session: {
    summary: 'sessions, of few keys and of many',
    goesBack: true,
    order: 'same',
    job: windowed(
      (draw) => `session: ${draw.pick(['1s', '3s', '20s'])}`,
      (draw) => draw.pick([5, 40, 500]),
    ),
  },
  count: {
    summary: 'windows of so many records, full or waiting no longer',
    goesBack: true,
    order: 'same',
    job: windowed(
      (draw) => `count: ${draw.pick([1, 7, 100])}${draw.pick(['', '\n      maxWait: 20s'])}`,
      (draw) => draw.pick([3, 50, 2000]),
      false,
    ),
  },
}
