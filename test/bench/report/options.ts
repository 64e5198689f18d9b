import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { comparedSets } from '../compare/sets.ts'
import { subjects, type SubjectName } from '../compare/subjects.ts'

export const parts = [...Object.keys(comparedSets), 'latency', 'keys', 'large']

/** What a run of the benchmark is asked to do. */
export interface BenchOptions {
  readonly only: readonly string[]
  readonly subjects: readonly SubjectName[]
  readonly records: readonly number[]
  readonly runs: number
  readonly patienceSeconds: number
  readonly folder: string
  readonly quick: boolean
  readonly json: boolean
  readonly write: boolean
  /** Where Millrace is installed, or shall be; undefined measures the sources of this checkout. */
  readonly installed: string | undefined
}

export const help = `Millrace against a script, libraries and tools, as whole processes over data that is made here.

  pnpm bench [options]

Parts (--only): ${parts.join(', ')}
Subjects (--subjects): ${Object.keys(subjects).join(', ')}

  --only LIST       these parts only; default: all but large, with --quick not heavy either
  --subjects LIST   these subjects only
  --records LIST    sizes, the smallest first; default: 1000000,10000000
  --runs N          timed runs of each subject; default: 5
  --patience S      a subject starts no further run once its runs of a size took S seconds, and is left out of a size where one
                    would take twice that, or takes four times that; default: 30
  --large           also the peak memory over inputs of 2 GB
  --quick           a smoke test of seconds: few records, one run, only what needs no installation
  --installed DIR   measures the Millrace that is installed in DIR instead of the sources of this checkout; when DIR is not there,
                    this checkout is built, packed and installed into it as a user has it
  --folder DIR      where data and the packages of others are kept; default: millrace-bench in the folder for temporary files
  --json            results as JSON instead of tables
  --write           also write the page docs/benchmarks.md
  --help            this text

RxJS, Effect, csv-parse and DuckDB are installed into the folder with npm, in pinned versions. jq and Miller (mlr) take part where
they are on the PATH. Every subject shows that its answer is right before it is timed.

Without options it takes about 25 minutes and 2 GB of disk; with --records 1000000 about 8 minutes.

  pnpm bench --only job,filter --records 1000000 --subjects readline,millrace,duckdb
  pnpm bench --only latency
  pnpm bench --large --write
  pnpm bench --quick --json > figures.json
`

/** Reads the command line; throws with a sentence where it makes no sense. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      subjects: { type: 'string' },
      records: { type: 'string' },
      runs: { type: 'string' },
      patience: { type: 'string', default: '30' },
      folder: { type: 'string', default: join(tmpdir(), 'millrace-bench') },
      large: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      installed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { folder, installed, json, large, quick, write } = values
  // Threads build the job once more each, which takes seconds on a small machine.
  const leftOut = quick ? ['large', 'heavy'] : ['large']
  const only = values.only?.split(',') ?? parts.filter((part) => !leftOut.includes(part))
  const names =
    values.subjects?.split(',') ??
    Object.keys(subjects).filter((name) => !quick || needsNothing(name))
  refuseUnknown('part', only, parts)
  refuseUnknown('subject', names, Object.keys(subjects))
  return {
    only: large && !only.includes('large') ? [...only, 'large'] : only,
    subjects: names.filter(isSubject),
    records: (values.records ?? (quick ? '2000' : '1000000,10000000'))
      .split(',')
      .map((text) => count('--records', text)),
    runs: count('--runs', values.runs ?? (quick ? '1' : '5')),
    patienceSeconds: count('--patience', values.patience),
    folder: resolve(folder),
    quick,
    json,
    write,
    installed: installed === undefined ? undefined : resolve(installed),
  }
}

const isSubject = (name: string): name is SubjectName => Object.hasOwn(subjects, name)
const needsNothing = (name: string): boolean => isSubject(name) && !('needs' in subjects[name])

function count(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`${flag} takes whole numbers from 1; got "${text}".`)
}

function refuseUnknown(kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new Error(`Unknown ${kind} ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
}
