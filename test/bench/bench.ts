// pnpm bench: what it does is in report/options.ts (--help), what is compared in compare/sets.ts and compare/subjects.ts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  compare,
  secondsForRecord,
  type Comparison,
  type CompareOptions,
} from './compare/compare.ts'
import { installPeers, type PeerName } from './compare/peers.ts'
import { comparedSets, type ComparedSet, type SetName } from './compare/sets.ts'
import { subjects, versionOf, type Subject, type SubjectName } from './compare/subjects.ts'
import { measureLatency } from './latency/latency.ts'
import { measureKeys } from './memory.ts'
import { machineLine } from './report/machine.ts'
import { help, readOptions, type BenchOptions } from './report/options.ts'
import { figures, page, pagePath } from './report/page.ts'
import type { Results } from './report/results.ts'

/** 2 GB of JSON lines. */
const LARGE = 15_500_000

const say = (text: string): void => void process.stderr.write(text)

/** Installs what is missing of the subjects that any of the sets needs, and says who is there. */
function assemble(
  names: readonly SubjectName[],
  peers: string,
): { versions: Record<string, string>; absent: Record<string, string> } {
  const needs = (name: SubjectName): Subject['needs'] => (subjects[name] as Subject).needs
  const packages = names.flatMap((name): PeerName[] => {
    const needed = needs(name)
    return needed !== undefined && 'peer' in needed ? [needed.peer] : []
  })
  if (packages.length > 0) say(`packages of others: ${packages.join(', ')}\n`)
  const failure = installPeers(peers, packages)
  const versions: Record<string, string> = {}
  const absent: Record<string, string> = {}
  for (const name of names) {
    const needed = needs(name)
    const version = versionOf(name)
    if (failure !== undefined && needed !== undefined && 'peer' in needed) absent[name] = failure
    else if (version === undefined) absent[name] = 'not on the PATH'
    else versions[name] = version
  }
  for (const [name, why] of Object.entries(absent)) say(`without ${name}: ${why}\n`)
  return { versions, absent }
}

async function compareAll(options: BenchOptions, present: CompareOptions): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const name of Object.keys(comparedSets) as SetName[]) {
    const { records } = comparedSets[name] as ComparedSet
    const sizes = options.only.includes(name)
      ? records === undefined
        ? options.records
        : [records]
      : []
    let paces: Map<SubjectName, number> | undefined
    for (const size of sizes) {
      const found = await compare(name, size, present, paces)
      paces = secondsForRecord(found)
      comparisons.push(found)
    }
    if (!options.only.includes('large') || (name !== 'job' && name !== 'filter')) continue
    const few = present.subjects.filter((subject) => ['readline', 'millrace'].includes(subject))
    comparisons.push(await compare(name, LARGE, { ...present, subjects: few, runs: 1 }))
  }
  return comparisons
}

async function bench(options: BenchOptions): Promise<number> {
  const { folder, only, quick, runs } = options
  const peers = join(folder, 'peers')
  const wanted = new Set(
    (Object.keys(comparedSets) as SetName[])
      .filter((name) => only.includes(name))
      .flatMap((name): readonly SubjectName[] => comparedSets[name].subjects),
  )
  const asked = options.subjects.filter((name) => wanted.has(name))
  const { versions, absent } = assemble(asked, peers)
  const present = asked.filter((name) => Object.hasOwn(versions, name))
  const { patienceSeconds } = options
  const comparisons = await compareAll(options, {
    folder,
    peers,
    subjects: present,
    runs,
    patienceSeconds,
    say,
  })
  const pace = quick
    ? { rate: 2000, seconds: 1, warmSeconds: 0 }
    : { rate: 100_000, seconds: 12, warmSeconds: 2 }
  const results: Results = {
    machine: machineLine(),
    versions,
    absent,
    comparisons,
    ...(only.includes('latency') && {
      latency: await measureLatency({ ...pace, folder, runs: Math.min(runs, 3), say }),
    }),
    ...(only.includes('keys') && {
      keys: await measureKeys({
        folder,
        records: quick ? 2000 : 1_000_000,
        runs: Math.min(runs, 3),
        say,
      }),
    }),
  }
  console.log(options.json ? JSON.stringify(results, null, 2) : `\n${figures(results)}`)
  if (options.write) writeFileSync(pagePath, page(results))
  const faults = comparisons.flatMap(({ leftOut, set }) =>
    leftOut.flatMap(({ fault, subject }) =>
      fault === undefined ? [] : [`${set}, ${subject}: ${fault}`],
    ),
  )
  for (const fault of faults) console.error(`\n${fault}`)
  return faults.length === 0 ? 0 : 1
}

// What was started dies with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
let options: BenchOptions | 'help'
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)} See pnpm bench --help.`)
  process.exit(2)
}
if (options === 'help') console.log(help)
else process.exitCode = await bench(options)
