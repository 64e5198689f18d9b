import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventLoopDelay } from '../packages/server/src/event-loop-delay.ts'
import { jobMetrics } from '../packages/server/src/job-metrics.ts'
import { processMetrics } from '../packages/server/src/process-metrics.ts'
import type { ServedJob } from '../packages/server/src/served-job.ts'
import { folder, run, start } from './e2e/command.ts'

// The loader's YAML library, so that the tests need none of their own.
const yaml = createRequire(resolve('packages/loader/package.json'))('yaml') as {
  parse(text: string): unknown
}
const read = (name: string): string => readFileSync(`docs/service/${name}`, 'utf8')
const guide = readFileSync('docs/guide/service.md', 'utf8')

const idle: ServedJob = {
  progress: () => ({
    state: 'running',
    elapsedMs: 0,
    sources: [],
    stages: [],
    sinks: [],
    deadLetters: 0,
    pipelineRestarts: 0,
    checkpoint: {
      number: 0,
      time: undefined,
      durationMs: undefined,
      count: 0,
      failures: 0,
      writtenBytes: undefined,
      stateBytes: undefined,
      isPending: false,
    },
  }),
  gauges: () => [],
}
const families = [
  ...jobMetrics('orders', idle, 0),
  ...processMetrics('1.0.0'),
  new EventLoopDelay().family(),
]

const job = `pipeline:
  name: orders
  source: { generate: { rate: 1000, seed: 1 } }
  sink: { file: '\${STATE_DIRECTORY:-.}/out.jsonl' }
`

/** Runs the job as a file says it; resolves to the port it serves at once it is ready. */
async function served(args: readonly string[], address: string) {
  const own = args.map((argument) => argument.replace(address, '127.0.0.1:0'))
  expect(own).not.toEqual(args)
  const running = start(folder({ 'job.yaml': job }), own)
  await running.seen('reading')
  return { running, port: running.said(/127\.0\.0\.1:\d+/).split(':')[1] as string }
}

async function knownFlags(): Promise<ReadonlySet<string>> {
  const { stdout } = await run(folder(), ['run', '--help'])
  return new Set(stdout.match(/--[a-z-]+/g))
}

describe('the unit of systemd', () => {
  const text = read('millrace@.service')
  const sections = new Map<string, Map<string, string[]>>()
  let section = new Map<string, string[]>()
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const name = /^\[(\w+)\]$/.exec(line)?.[1]
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined) sections.set(name, (section = new Map()))
    else section.set(key, [...(section.get(key) ?? []), value])
  }
  const service = (key: string): string | undefined => sections.get('Service')?.get(key)?.join(' ')

  it('has the parts of one, and each line is a setting', () => {
    expect([...sections.keys()]).toEqual(['Unit', 'Service', 'Install'])
    for (const keys of sections.values()) expect([...keys.keys()]).not.toContain('')
  })

  it('stops as the command does, starts again what failed and nothing that is wrong', () => {
    expect({
      Restart: service('Restart'),
      RestartPreventExitStatus: service('RestartPreventExitStatus'),
      KillSignal: service('KillSignal'),
      TimeoutStopSec: service('TimeoutStopSec'),
      ProtectSystem: service('ProtectSystem'),
      DynamicUser: service('DynamicUser'),
      NoNewPrivileges: service('NoNewPrivileges'),
      MemoryDenyWriteExecute: service('MemoryDenyWriteExecute'),
    }).toEqual({
      Restart: 'on-failure',
      RestartPreventExitStatus: '2',
      KillSignal: 'SIGTERM',
      TimeoutStopSec: '90s',
      ProtectSystem: 'strict',
      DynamicUser: 'yes',
      NoNewPrivileges: 'yes',
      // V8 compiles while it runs.
      MemoryDenyWriteExecute: undefined,
    })
  })

  it('starts the command with flags that it has, at the address of the environment', async () => {
    const [node, bin, ...args] = service('ExecStart')?.split(' ') ?? []
    const flags = await knownFlags()

    expect([node, bin]).toEqual([
      '/usr/bin/node',
      '/opt/millrace/node_modules/millrace/bin/millrace.js',
    ])
    expect(readFileSync('packages/millrace/package.json', 'utf8')).toContain('./bin/millrace.js')
    for (const flag of args.filter((one) => one.startsWith('--'))) expect(flags).toContain(flag)
    expect(service('Environment')).toContain('ADMIN=127.0.0.1:9464')
    const own = args.map((one) => one.replace('/etc/millrace/%i.yaml', 'job.yaml'))
    const { port, running } = await served(own, '${ADMIN}')
    running.kill('SIGTERM')
    const { code, stderr } = await running.ended
    expect([code, port.length > 1], stderr).toEqual([0, true])
  })

  const analyze = 'systemd-analyze'
  const hasSystemd = spawnSync(analyze, ['--version']).status === 0
  it.runIf(hasSystemd)('is one that systemd takes', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'millrace-unit-')), 'millrace@orders.service')
    writeFileSync(path, text.replace('/usr/bin/node', process.execPath))

    const { status, stderr } = spawnSync(analyze, ['verify', path], { encoding: 'utf8' })

    expect(status, stderr).toBe(0)
    expect(stderr).toBe('')
  })
})

describe('the recipe of a container', () => {
  const text = read('Containerfile')
  const instructions = text
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const)
  const all = (name: string): readonly string[] =>
    instructions.flatMap(([own, value]) => (own === name ? [value] : []))
  const listOf = (value = ''): readonly string[] =>
    JSON.parse(value.slice(value.indexOf('['))) as string[]

  it('builds on a small image of Node, and runs as a user of its own', () => {
    const names = instructions.map(([name]) => name)

    expect(all('FROM')).toEqual(['node:24-slim'])
    expect(all('USER')).toEqual(['node'])
    // What the user may write is made, and made his, before.
    expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('VOLUME'))
    expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('USER'))
    expect(all('VOLUME')).toEqual(['/state'])
    expect(all('ENV').join(' ')).toContain('STATE_DIRECTORY=/state')
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(listOf(all('ENTRYPOINT')[0])).toEqual(['node', 'node_modules/millrace/bin/millrace.js'])
  })

  it('starts the command with flags that it has, and asks for its health as it can be asked', async () => {
    const args = listOf(all('CMD')[0])
    const flags = await knownFlags()
    for (const flag of args.filter((one) => one.startsWith('--'))) expect(flags).toContain(flag)
    const [program, ...check] = listOf(all('HEALTHCHECK')[0])
    const ask = (port: string): number | null => {
      const own = check.map((argument) => argument.replace(':9464', `:${port}`))
      expect(own).not.toEqual(check)
      return spawnSync(process.execPath, own).status
    }

    const { port, running } = await served(args, '0.0.0.0:9464')
    const well = ask(port)
    running.kill('SIGTERM')
    const { code } = await running.ended

    expect(program).toBe('node')
    expect(well).toBe(0)
    expect(code).toBe(0)
    expect(ask(port)).toBe(1)
    expect(all('EXPOSE')).toEqual(['9464'])
  })
})

describe('what Prometheus is told', () => {
  it('names the path and the port of the other files, and the file of alerts', () => {
    expect(yaml.parse(read('prometheus.yml'))).toMatchObject({
      rule_files: ['alerts.yml'],
      scrape_configs: [
        { metrics_path: '/metrics', static_configs: [{ targets: ['127.0.0.1:9464'] }] },
      ],
    })
  })

  it('asks in alerts for metrics that there are, under labels that they have', () => {
    const { groups } = yaml.parse(read('alerts.yml')) as {
      readonly groups: readonly {
        readonly rules: readonly {
          readonly alert: string
          readonly expr: string
          readonly labels: { readonly severity: string }
          readonly annotations: { readonly summary: string }
        }[]
      }[]
    }
    const rules = groups.flatMap((group) => group.rules)
    const names = new Set(
      families.flatMap(({ name, type }) => [
        name,
        ...(type === 'histogram' ? [`${name}_bucket`] : []),
      ]),
    )

    expect(rules.length).toBeGreaterThan(10)
    for (const { alert, annotations, expr, labels } of rules) {
      const asked = expr.match(/\b(?:millrace|process|nodejs)_\w+/g) ?? []
      for (const name of asked) expect(names, alert).toContain(name)
      expect(asked.length + Number(expr.startsWith('up{')), alert).toBeGreaterThan(0)
      expect(['page', 'warn']).toContain(labels.severity)
      const part = /\$labels\.(source|stage|sink)\b/.exec(annotations.summary)?.[1] ?? ''
      expect(expr, alert).toContain(part)
    }
  })

  const tool = 'promtool'
  const hasTool = spawnSync(tool, ['--version']).status === 0
  it.runIf(hasTool)('is what its own tool takes', () => {
    expect(
      execFileSync(tool, ['check', 'config', 'docs/service/prometheus.yml'], {
        encoding: 'utf8',
      }),
    ).toContain('SUCCESS')
  })
})

it('the guide lists every metric with what it means, and no other', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, name, help]) => [
    name,
    help,
  ])

  expect(rows).toEqual(families.map(({ help, name }) => [name, help]))
})
