import { jsonLines, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'

/** Jobs with records that fail. */
export const failing: Readonly<Record<string, Scenario>> = {
  'dead-letters': {
    summary: 'lines that are none, records that stages and sinks refuse, tries again',
    goesBack: true,
    order: 'same',
    job(draw, size) {
      const rows = rowsOf(draw, { count: draw.number(size >> 2, size >> 1), keys: 20 })
      const text = rows.map((row) => {
        if (draw.chance(0.01)) return draw.pick(['{"id":', 'no json', '[1, 2', '"\u{fffd}'])
        return JSON.stringify(draw.chance(0.02) ? { ...row, n: 'many' } : row)
      })
      const once = draw.chance(0.3)
      const retry = once ? '{ retry: { times: 1, backoff: 1ms }, then: deadLetter }' : 'deadLetter'
      return {
        inputs: { 'in.jsonl': `${text.join('\n')}\n` },
        pipeline: `
source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }
onError: ${retry}
errors: { atMost: 100% }
stages:
  - map: { set: { twice: n * 2 } }
  - aggregate: { aggregate: { total: sum(twice), n: count() }, emit: update }
    by: key
sink: { module: file, parameters: { path: out/totals.csv, columns: [key, total, n, revision] } }
deadLetter: { file: ${draw.pick(['out/dead.jsonl', '{ path: out/dead.jsonl, mode: append }'])} }
`,
      }
    },
  },
  parked: {
    summary: 'records that fail and wait, and those of their key behind them',
    goesBack: true,
    order: 'same',
    job(draw, size) {
      const keys = draw.pick([20, 400])
      const rows = rowsOf(draw, { count: draw.number(size >> 2, size >> 1), keys })
      const bad = draw.pick([3, 30])
      const odd = draw.chance(0.5) ? draw.number(0, rows.length - 1) : -1
      const text = rows.map((row) => {
        // Such a record, and with it all behind it, waits at a sink whose columns are those of the first one.
        if (row.id === odd) return { ...row, more: 1 }
        return draw.number(0, rows.length) < bad ? { ...row, n: 'many' } : row
      })
      return {
        inputs: { 'in.jsonl': jsonLines(text) },
        pipeline: `
source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }
onError: { park: { most: 1000000 } }
errors: { atMost: 100% }
stages:
  - map: { set: { twice: n * 2 } }
    by: key
  - window: { tumbling: 10s, aggregate: { total: sum(twice), n: count() } }
    by: key
  - aggregate: { aggregate: { total: sum(twice), n: count() }, emit: update }
    from: map
    by: key
sinks:
  windows: { file: out/windows.jsonl, from: window }
  totals: { file: out/totals.jsonl, from: aggregate }
  all: { file: out/all.csv, from: map }
`,
      }
    },
  },
}
