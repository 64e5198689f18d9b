import { jsonLines, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'

/** Jobs that go back, and jobs that another version takes over, or one that fails and gives way to the old one again. */
export const versions: Readonly<Record<string, Scenario>> = {
  upgrade: {
    summary: 'a job that a new version takes over, or tries to, again and again',
    order: 'same',
    modules: ['gate.ts'],
    blurs: /,"version":\d/g,
    shares: { upgrades: 0.5 },
    job(draw, size) {
      const rows = rowsOf(draw, { count: draw.number(size >> 2, size >> 1), keys: 50 })
      return {
        inputs: { 'in.jsonl': jsonLines(rows) },
        stateOf: ['totals'],
        other: ['stages.versions.parameters.set.version=2'],
        bad: ['stages.gate.parameters.fails=true'],
        pipeline: `
source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }
stages:
  - module: ./input/gate.ts
    id: gate
  - module: map
    id: versions
    parameters: { set: { version: "1" } }
  - module: aggregate
    id: totals
    by: key
    parameters: { aggregate: { n: count(), total: sum(price) }, emit: update }
sinks:
  all: { module: file, from: versions, parameters: { path: out/all.jsonl, mode: append } }
  sums: { file: out/totals.jsonl, from: totals }
`,
      }
    },
  },
  savepoints: {
    summary: 'a job that goes back to savepoints, with sinks of each kind that can',
    order: 'same',
    goesBack: true,
    shares: { saves: 0.6, goesBack: 0.4 },
    job(draw, size) {
      const rows = rowsOf(draw, { count: draw.number(size >> 1, size), keys: 50 })
      return {
        inputs: { 'in.jsonl': jsonLines(rows) },
        before: { 'all.jsonl': '{"old":1}\n' },
        stateOf: ['totals'],
        pipeline: `
source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }
stages:
  - filter: n > 2
  - module: aggregate
    id: totals
    by: key
    parameters: { aggregate: { n: count(), total: sum(price) }, emit: update }
sinks:
  all: { module: file, from: filter, parameters: { path: out/all.jsonl, mode: append } }
  parts: { module: file, from: filter, parameters: { path: out/parts.jsonl, commit: rename } }
  sums: { file: '${draw.pick(['out/totals.jsonl.gz', 'out/totals.csv'])}', from: totals }
`,
      }
    },
  },
}
