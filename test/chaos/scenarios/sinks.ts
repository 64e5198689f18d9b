import type { Draw } from '../draw.ts'
import { jsonLines, rowsOf, type RowOptions } from '../rows.ts'
import type { Scenario } from '../scenario.ts'

const source = 'source: { file: input/in.jsonl, time: { field: t, disorder: 0s } }'
const lines = (draw: Draw, options: RowOptions): Record<string, string> => ({
  'in.jsonl': jsonLines(rowsOf(draw, options)),
})

/** Jobs with files of every kind. */
export const sinks: Readonly<Record<string, Scenario>> = {
  append: {
    summary: 'files that are appended to, and had content before',
    goesBack: true,
    order: 'same',
    job(draw, size) {
      return {
        inputs: lines(draw, { count: draw.number(size >> 1, size), keys: 20 }),
        before: { 'all.jsonl': '{"old":1}\n', 'some.csv': 'key,n\nold,0\n' },
        pipeline: `
${source}
stages:
  - filter: n > 2
sinks:
  all: { module: file, from: filter, parameters: { path: out/all.jsonl, mode: append } }
  some: { module: file, from: filter, parameters: { path: out/some.csv, mode: append, columns: [key, n] } }
  new: { module: file, from: filter, parameters: { path: out/new.jsonl.gz, mode: append } }
`,
      }
    },
  },
  parts: {
    summary: 'a file with each checkpoint',
    goesBack: true,
    order: 'same',
    settled: /^rows-\d{6}/,
    job(draw, size) {
      const csv = draw.chance(0.3)
      const path = csv ? 'out/rows.csv, columns: [id, key, n]' : 'out/rows.jsonl'
      return {
        inputs: lines(draw, { count: draw.number(size >> 1, size), keys: 20 }),
        pipeline: `
${source}
stages:
  - filter: n > 2
sink: { module: file, parameters: { path: ${path}, commit: rename } }
`,
      }
    },
  },
  templates: {
    summary: 'paths that depend on the record, more than may be open at once',
    order: 'same',
    job(draw, size) {
      const keys = draw.pick([3, 12, 40])
      const mode = draw.pick(['replace', 'append', 'fail', 'replace, commit: rename'])
      const path = draw.pick(['out/{key}.jsonl', 'out/{key}/{bucket("5m", t)}.jsonl'])
      return {
        inputs: lines(draw, { count: draw.number(size >> 3, size >> 2), keys }),
        before: mode === 'append' ? { 'k1.jsonl': '{"old":1}\n' } : {},
        pipeline: `
${source}
stages:
  - filter: n > 2
sink: { module: file, parameters: { path: '${path}', maxOpen: ${draw.pick([2, 64])}, mode: ${mode} } }
`,
      }
    },
  },
}
