// Who is compared. One that is not there is said and left out.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from '../measure/process.ts'
import { peersModule, peerVersions, type PeerName } from './peers.ts'

/** What a subject has to do. */
export interface Work {
  /** Its name. */
  readonly set: string
  readonly input: string
  readonly output: string
  /** Where the packages of others are installed. */
  readonly peers: string
  readonly millrace: Installation
}

/** Which Millrace is measured. */
export interface Installation {
  readonly command: string
  /** Beside it lie `jobs` and `latency`, from where its plugins are found. */
  readonly folder: string
}

export interface Subject {
  readonly title: string
  readonly needs?: { readonly peer: PeerName } | { readonly program: string }
  command(work: Work): Command
}

const bench = resolve(import.meta.dirname, '..')

/** The sources of this checkout. */
export const checkout: Installation = {
  command: resolve(bench, '../../packages/millrace/bin/millrace.js'),
  folder: bench,
}

const script =
  (name: string): Subject['command'] =>
  ({ set, input, output, peers }) => ({
    program: process.execPath,
    args: [join(bench, 'subjects', `${name}.mjs`), set, input, output],
    // What Millrace does for itself.
    env: {
      BENCH_PEERS: peersModule(peers),
      ...(peers !== '' && { NODE_COMPILE_CACHE: join(peers, 'compiled') }),
    },
  })

/** A job file of `jobs`, run by Millrace. */
const job = ({ input, millrace, output }: Work, name: string): Command => ({
  program: process.execPath,
  args: [millrace.command, 'run', join(millrace.folder, 'jobs', `${name}.yaml`), '--quiet'],
  env: { BENCH_INPUT: input, BENCH_OUTPUT: output },
})

const isKept = '.type == "purchase" and .amount > 20'
const jqStart = '.time - .time % 60000'
const jqTotals = `[inputs | select(${isKept}) | {user, amount, start: (${jqStart})}] | group_by(.start, .user)[]
  | {user: .[0].user, windowStart: .[0].start, windowEnd: (.[0].start + 60000), count: length, total: (map(.amount) | add)}`

const mlrKept = ['filter', '$type == "purchase" && $amount > 20']
const mlrWindow = '$windowStart = $time // 60000 * 60000; $windowEnd = $windowStart + 60000'
const mlrStats = 'stats1 -a count,sum -f amount -g user,windowStart,windowEnd'.split(' ')
const mlrNames = ['rename', 'amount_count,count,amount_sum,total']
const mlrTotals = [...mlrKept, 'then', 'put', mlrWindow, 'then', ...mlrStats, 'then', ...mlrNames]

export const subjects = {
  readline: { title: 'readline script', command: script('readline') },
  millrace: {
    title: 'Millrace',
    command: (work) => job(work, work.set === 'start' ? 'job' : work.set),
  },
  'millrace-threads': {
    title: 'Millrace, two threads',
    command: (work) => job(work, `${work.set}-threads`),
  },
  streams: { title: 'Node streams', command: script('streams') },
  rxjs: { title: 'RxJS', needs: { peer: 'rxjs' }, command: script('rxjs') },
  effect: { title: 'Effect Stream', needs: { peer: 'effect' }, command: script('effect') },
  'csv-parse': { title: 'csv-parse', needs: { peer: 'csv-parse' }, command: script('csv-parse') },
  duckdb: {
    title: 'DuckDB, one thread',
    needs: { peer: '@duckdb/node-api' },
    command: script('duckdb'),
  },
  jq: {
    title: 'jq',
    needs: { program: 'jq' },
    command: ({ set, input, output }) => ({
      program: 'jq',
      args: set === 'filter' ? ['-c', `select(${isKept})`, input] : ['-nc', jqTotals, input],
      stdout: output,
    }),
  },
  miller: {
    title: 'Miller',
    needs: { program: 'mlr' },
    command: ({ set, input, output }) => ({
      program: 'mlr',
      args: [
        ...(set === 'csv' ? ['--icsv', '--ocsv'] : ['--ijsonl', '--ojsonl']),
        ...(set === 'filter' ? mlrKept : mlrTotals),
        input,
      ],
      stdout: output,
    }),
  },
} satisfies Readonly<Record<string, Subject>>

export type SubjectName = keyof typeof subjects

/** Its version as tables show it, or undefined where it is not there; `absent` names packages that could not be installed. */
export function versionOf(name: SubjectName): string | undefined {
  const { needs }: Subject = subjects[name]
  if (needs === undefined) {
    if (!name.startsWith('millrace')) return `Node ${process.version}`
    const manifest = readFileSync(resolve(bench, '../../packages/millrace/package.json'), 'utf8')
    return (JSON.parse(manifest) as { version: string }).version
  }
  if ('peer' in needs) return peerVersions[needs.peer]
  const asked = spawnSync(needs.program, ['--version'], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim().replace(/^\D+/, '') : undefined
}
