// End to end at a fixed rate: how late records come to the sink, counted from when they were due.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Installation } from '../compare/subjects.ts'
import { measure } from '../measure/process.ts'
import type { Percentiles } from './steady.ts'

export interface Lateness {
  readonly subject: string
  /** One for each round. */
  readonly runs: readonly LatencyRun[]
}

export interface LatencyRun extends Percentiles {
  /** How much of one core the process took, start and end included. */
  readonly busy: number
}

export interface Latency {
  readonly rate: number
  readonly seconds: number
  readonly warmSeconds: number
  readonly subjects: readonly Lateness[]
}

export interface LatencyOptions extends Omit<Latency, 'subjects'> {
  readonly folder: string
  readonly millrace: Installation
  readonly runs: number
  readonly say: (text: string) => void
}

const here = import.meta.dirname
const commandsOf = (millrace: Installation): Readonly<Record<string, readonly string[]>> => ({
  'by hand': [join(here, 'by-hand.mjs')],
  'Node streams': [join(here, 'streams.mjs')],
  Millrace: [millrace.command, 'run', join(millrace.folder, 'latency/latency.yaml'), '--quiet'],
})

/** Runs all subjects in turn. Throws where one loses a record. */
export async function measureLatency(options: LatencyOptions): Promise<Latency> {
  const { folder, millrace, rate, runs, say, seconds, warmSeconds } = options
  mkdirSync(folder, { recursive: true })
  const commands = commandsOf(millrace)
  const report = join(folder, 'lateness.json')
  const env = {
    BENCH_RATE: String(rate),
    BENCH_SECONDS: String(seconds),
    BENCH_WARM: String(warmSeconds),
    BENCH_REPORT: report,
  }
  // Amounts go round in a hundred steps, and the filter takes ten of them.
  const expected = (rate * (seconds - warmSeconds) * 9) / 10
  const subjects = Object.keys(commands).map((subject) => ({ subject, runs: [] as LatencyRun[] }))
  say(`latency, ${rate.toLocaleString('en')} records a second for ${seconds} s:`)
  for (let round = 1; round <= runs; round++) {
    say(`${round > 1 ? ';' : ''} round ${round} of ${runs}:`)
    for (const [index, args] of Object.values(commands).entries()) {
      const cost = await measure({ program: process.execPath, args, env })
      const found = JSON.parse(readFileSync(report, 'utf8')) as Percentiles
      rmSync(report)
      const subject = subjects[index]
      if (subject === undefined || found.records !== expected) {
        throw new Error(`${subject?.subject}: ${found.records} records, right are ${expected}`)
      }
      subject.runs.push({ ...found, busy: cost.cpuSeconds / cost.seconds })
      say(` ${subject.subject} p99 ${found.p99.toFixed(2)} ms`)
    }
  }
  say('\n')
  return { rate, seconds, warmSeconds, subjects }
}
