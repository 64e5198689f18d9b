import { jsonLines, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'

/** Jobs that read and write databases and durable streams. */
export const stores: Readonly<Record<string, Scenario>> = {
  sqlite: {
    summary: 'rows of a database: each once, and the latest of each key',
    order: 'same',
    databases: true,
    job(draw, size) {
      const rows = rowsOf(draw, { count: draw.number(size >> 3, size >> 2), keys: 50 })
      return {
        inputs: { 'in.jsonl': jsonLines(rows) },
        pipeline: `
source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }
stages:
  - filter: n > 2
  - aggregate: { aggregate: { total: sum(n), last: last(id) }, emit: update }
    by: key
sinks:
  all: { sqlite: { path: out/all.db, table: rows }, from: filter }
  latest: { sqlite: { path: out/latest.db, table: totals, key: [key] }, from: aggregate }
`,
      }
    },
  },
  streams: {
    summary: 'from one durable stream to another, with a group that shows how far it is',
    order: 'same',
    databases: true,
    job(draw, size) {
      const rows = rowsOf(draw, { count: draw.number(size >> 4, size >> 3), keys: 50 })
      const group = draw.chance(0.5) ? ', group: totals' : ''
      return {
        inputs: {},
        prepare: [
          {
            args: ['stream', 'append', 'in', '--dir', 'out/streams', '--end'],
            input: jsonLines(rows),
          },
        ],
        shows: [['stream', 'tail', 'done', '--dir', 'out/streams', '--from', 'earliest']],
        pipeline: `
source:
  stream: { name: in, dir: out/streams, follow: ${draw.chance(0.5)}${group} }
  time: { field: t, disorder: 0s }
stages:
  - filter: n > 2
  - aggregate: { aggregate: { total: sum(n), last: last(id) }, emit: update }
    by: key
sink: { stream: { name: done, dir: out/streams } }
`,
      }
    },
  },
}
