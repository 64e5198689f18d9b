// pnpm bench: what it does is in report/options.ts (--help), what is compared in compare/sets.ts and compare/subjects.ts.
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  compare,
  secondsForRecord,
  type Comparison,
  type CompareOptions,
} from './compare/compare.ts'
import { installPeers, type PeerName } from './compare/peers.ts'
import { comparedSets, type ComparedSet, type SetName } from './compare/sets.ts'
import {
  checkout,
  subjects,
  versionOf,
  type Installation,
  type Subject,
  type SubjectName,
} from './compare/subjects.ts'
import { build, installedCommand, installPacked } from './installed.ts'
import { measureLatency } from './latency/latency.ts'
import { measureKeys } from './memory.ts'
import { machineLine } from './report/machine.ts'
import { help, readOptions, type BenchOptions } from './report/options.ts'
import { figures, page, pagePath } from './report/page.ts'
import type { Results } from './report/results.ts'

/** 2 GB of JSON lines. */
const LARGE = 15_500_000

const largeSets: readonly SetName[] = ['job', 'filter']
const largeSubjects: readonly SubjectName[] = ['readline', 'millrace']
const setNames = Object.keys(comparedSets) as SetName[]
const subjectsOf = (name: SetName): readonly SubjectName[] => comparedSets[name].subjects

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
  for (const name of setNames) {
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
    if (!options.only.includes('large') || !largeSets.includes(name)) continue
    const few = present.subjects.filter((subject) => largeSubjects.includes(subject))
    comparisons.push(await compare(name, LARGE, { ...present, subjects: few, runs: 1 }))
  }
  return comparisons
}

/** What is installed in a folder, this checkout when it is not there, and copies of the jobs beside it. */
function installation(folder: string): Installation {
  const command = installedCommand(folder)
  if (!existsSync(command)) {
    if (existsSync(folder)) {
      throw new Error(`${folder} holds no Millrace. Name a folder that is not there yet.`)
    }
    say('building, packing and installing Millrace\n')
    build()
    installPacked(folder)
  }
  for (const name of ['jobs', 'latency']) {
    cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true })
  }
  return { command, folder }
}

async function bench(options: BenchOptions): Promise<number> {
  const { folder, installed, only, patienceSeconds, quick, records } = options
  const peers = join(folder, 'peers')
  const wanted = new Set([
    ...(only.includes('large') ? largeSubjects : []),
    ...setNames.filter((name) => only.includes(name)).flatMap(subjectsOf),
  ])
  const { versions, absent } = assemble(
    options.subjects.filter((name) => wanted.has(name)),
    peers,
  )
  const millrace = installed === undefined ? checkout : installation(installed)
  const present = options.subjects.filter((name) => Object.hasOwn(versions, name))
  const faults: string[] = []
  // What the other parts have found is not lost with one that fails.
  const attempt = async <T>(part: string, work: () => Promise<T>): Promise<T | undefined> => {
    if (!only.includes(part)) return undefined
    try {
      return await work()
    } catch (error) {
      faults.push(`${part}: ${error instanceof Error ? error.message : String(error)}`)
      say(' failed\n')
      return undefined
    }
  }
  const comparisons = await compareAll(options, {
    folder,
    millrace,
    patienceSeconds,
    peers,
    say,
    subjects: present,
    runs: options.runs,
  })
  const runs = Math.min(options.runs, 3)
  const pace = quick
    ? { rate: 2000, seconds: 1, warmSeconds: 0 }
    : { rate: 100_000, seconds: 12, warmSeconds: 2 }
  const latency = await attempt('latency', () =>
    measureLatency({ ...pace, folder, millrace, runs, say }),
  )
  const keys = await attempt('keys', () =>
    measureKeys({ folder, millrace, records: Math.min(1_000_000, ...records), runs, say }),
  )
  const results: Results = {
    machine: machineLine(),
    installed: installed !== undefined,
    versions,
    absent,
    comparisons,
    ...(latency && { latency }),
    ...(keys && { keys }),
  }
  for (const { leftOut, set } of comparisons) {
    for (const { fault, subject } of leftOut) {
      if (fault !== undefined) faults.push(`${set}, ${subject}: ${fault}`)
    }
  }
  console.log(options.json ? JSON.stringify(results, null, 2) : `\n${figures(results)}`)
  if (options.write) writeFileSync(pagePath, page(results))
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
else {
  try {
    process.exitCode = await bench(options)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
