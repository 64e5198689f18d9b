import { jsonLines, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'

/** Jobs that another version takes over, or one that fails and gives way to the old one again. */
export const upgrades: Readonly<Record<string, Scenario>> = {
  upgrade: {
    summary: 'a job that a new version takes over, or tries to, again and again',
    order: 'same',
    modules: ['gate.ts'],
    blurs: /,"version":\d/g,
    upgrades: 0.5,
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
}
