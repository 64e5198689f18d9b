// The page docs/benchmarks.md: bounds, tables, how they were made, and where the other benchmarks are.
import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { comparedSets, type SetName } from '../compare/sets.ts'
import { subjects, type SubjectName } from '../compare/subjects.ts'
import { boundRows } from './bounds.ts'
import type { Results } from './results.ts'
import { boundTable, comparisonTables, keyTable, latencyTable } from './table.ts'

const docs = resolve(import.meta.dirname, '../../../docs')
export const pagePath = join(docs, 'benchmarks.md')

const titleOf = (name: string): string =>
  Object.hasOwn(subjects, name) ? subjects[name as SubjectName].title : name

/** The figures of one run, as Markdown. */
export function figures(results: Results): string {
  const { absent, comparisons, keys, latency, machine, versions } = results
  const bounds = boundRows(results)
  const sets = (Object.keys(comparedSets) as SetName[]).flatMap((name) => {
    const own = comparisons.filter(({ set }) => set === name)
    return own.length === 0 ? [] : [comparisonTables(name, own)]
  })
  const who = Object.entries(versions)
    .filter(([name, version]) => name !== 'millrace-threads' && !machine.startsWith(version))
    .map(([name, version]) => `${titleOf(name)} ${version}`)
  const missing = Object.entries(absent).map(
    ([name, why]) => `Not there: ${titleOf(name)} (${why}).`,
  )
  return [
    `${[machine, ...who].join('; ')}.`,
    ...missing,
    ...(bounds.length === 0 ? [] : [`### Bounds\n\n${boundTable(bounds)}`]),
    ...sets,
    ...(latency === undefined ? [] : [latencyTable(latency)]),
    ...(keys === undefined ? [] : [keyTable(keys)]),
  ].join('\n\n')
}

const how = ({ installed }: Results): string =>
  installed
    ? 'is installed as a user has it'
    : 'runs from the sources of a checkout, which costs 0.1 s more than installed'

/** The other pages of `docs/benchmarks`, by their headings. */
function links(): string {
  const pages = globSync('benchmarks/*.md', { cwd: docs }).toSorted()
  return pages
    .map((path) => {
      const [, heading = basename(path)] =
        /^# (.*)$/m.exec(readFileSync(join(docs, path), 'utf8')) ?? []
      return `- [${heading}](benchmarks/${basename(path)})`
    })
    .join('\n')
}

export const page = (results: Results): string => `# Benchmarks

Whole jobs, from the start of the process to its end, against what one would write or use instead. Made by
\`pnpm bench --write\`, which makes its data, installs what it compares with and can be run anywhere; \`pnpm bench --help\` says more.
Parts of the system by themselves:

${links()}

## How it is measured

- The data is drawn from a seed: visits of a thousand users of a shop, as JSON lines of 129 bytes on average, or CSV. It is in the page cache.
- Every subject's answer is compared with one worked out without it, as a multiset, before it is timed.
- Subjects run in turn, round by round. Figures are medians, with the smallest and largest in brackets; ratios are medians of the
  ratios within a round, and say how many times less than the first of the table a subject takes. CPU is user and system time of all threads.
- Scripts and libraries share what they do with a visit ([test/bench/subjects](../test/bench/subjects)); the jobs are in
  [test/bench/jobs](../test/bench/jobs). All programs of Node have a warm compile cache. Millrace ${how(results)}.
- Millrace syncs what it has written to the disk before it says that it is done, decodes into records that have exactly one fate, and takes
  records out of order by a second; the others do none of that.

## Figures

${figures(results)}
`
