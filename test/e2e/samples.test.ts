import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run, samples } from './command.ts'

interface Counts {
  readonly sources: { read: number; sent: number; malformed: number }[]
  readonly stages: {
    id: string
    in: number
    used: number
    filtered: number
    late: number
    dead: number
    dropped: number
    held: number
  }[]
  readonly sinks: {
    id: string
    received: number
    written: number
    rejected: number
    held: number
  }[]
}

const cwd = samples()
const read = (name: string): Record<string, unknown>[] =>
  readFileSync(join(cwd, 'out', name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const jobs = readdirSync(cwd).filter((name) => name.endsWith('.yaml'))

it.each(jobs)('%s is valid, runs, and its counts add up', async (job) => {
  const checked = await run(cwd, ['validate', job])
  const ended = await run(cwd, ['run', job, '--json', '--quiet'])

  expect(checked.code, checked.stderr).toBe(0)
  expect(ended.code, ended.stderr).toBe(0)
  const summary = JSON.parse(ended.stdout) as Counts
  for (const source of summary.sources) expect(source.read).toBe(source.sent + source.malformed)
  for (const stage of summary.stages) {
    const fates = stage.used + stage.filtered + stage.late + stage.dead + stage.dropped + stage.held
    expect(stage.in, stage.id).toBe(fates)
  }
  for (const sink of summary.sinks) {
    expect(sink.received, sink.id).toBe(sink.written + sink.rejected + sink.held)
  }
})

it('every sample carries tests, and they pass', async () => {
  const { code, stdout, stderr } = await run(cwd, ['test', ...jobs, '--json'])

  expect(code, stdout + stderr).toBe(0)
  const { files } = JSON.parse(stdout) as { files: { file: string; tests: unknown[] }[] }
  expect(files).toHaveLength(jobs.length)
  for (const { file, tests } of files) expect(tests, file).not.toEqual([])
})

it('flight-delays rejects the 24 absurd rows and counts the others by airport', async () => {
  await run(cwd, ['run', 'flight-delays.yaml', '--quiet'])

  expect(read('flights-rejected.jsonl')).toHaveLength(24)
  const airports = read('flight-delays.jsonl')
  const flights = airports.reduce((sum, airport) => sum + (airport['flights'] as number), 0)
  const rows = JSON.parse(
    readFileSync(join(cwd, '../node_modules/vega-datasets/data/flights-20k.json'), 'utf8'),
  ) as { delay: number; distance: number; origin: string }[]
  const kept = rows.filter((row) => row.delay >= -45 && row.delay <= 360 && row.distance >= 100)
  expect(flights).toBe(kept.length)
  expect(airports).toHaveLength(new Set(kept.map((row) => row.origin)).size)
})

it('abandoned-carts tells of the cart that was not paid, and keeps nothing of either', async () => {
  const { stdout } = await run(cwd, ['run', 'abandoned-carts.yaml', '--quiet', '--json'])

  expect(read('abandoned-carts.jsonl')).toEqual([{ user: 'ada', items: ['lamp', 'bulb'] }])
  expect((JSON.parse(stdout) as Counts).stages[0]).toMatchObject({
    stateEntries: { items: 0, dueAt: 0 },
    timers: 0,
  })
})

it('card-fraud finds the cards that were tried out, and keeps nothing of the others', async () => {
  const { stdout } = await run(cwd, ['run', 'card-fraud.yaml', '--quiet', '--json'])

  expect(read('card-fraud.jsonl')).toMatchObject([
    { card: '4711', tested: 1.2, taken: 890, shop: 'jeweler' },
    { card: '7777', tested: 4, taken: 400, shop: 'phones' },
  ])
  expect(read('card-tests.jsonl')).toMatchObject([{ card: '0815', tested: 3.5 }])
  expect(read('card-payments-late.jsonl')).toMatchObject([{ lateBy: 5000 }])
  expect((JSON.parse(stdout) as Counts).stages[0]).toMatchObject({
    stateEntries: { held: 0, partial: 0 },
    timers: 0,
  })
})

it('faulty-readings says of each broken line what is wrong with it', async () => {
  await run(cwd, ['run', 'faulty-readings.yaml', '--quiet'])

  const letters = read('readings-rejected.jsonl') as unknown as {
    position: { line: number }
    error: { code: string }
  }[]
  const found = letters
    .map((letter) => [letter.position.line, letter.error.code] as const)
    .toSorted((a, b) => a[0] - b[0])
  expect(found).toEqual([
    [3, 'EXP_TYPE'],
    [4, 'FILE_JSON'],
    [7, 'FILE_JSON'],
    [9, 'TIME'],
  ])
})

const onDay = (day: string): unknown => expect.stringMatching(`^${day}`)

it.each([
  [
    'server-metrics.yaml',
    'server-alerts.jsonl',
    [
      { at: onDay('2026-03-09'), host: 'web-2', cpu: 97 },
      { at: onDay('2026-03-10'), host: 'db-1', cpu: 2.9 },
    ],
  ],
  ['taxi-demand.yaml', 'taxi-alerts.jsonl', [{ at: onDay('2026-10-30') }]],
  ['machine-sensors.yaml', 'machine-alerts.jsonl', [{ machine: 'pump', speed: 601 }]],
  ['click-fraud.yaml', 'click-fraud.jsonl', [{ publisher: 'recipes', clicks: 45 }]],
])('%s finds what was planted, and little else', async (job, alerts, planted) => {
  await run(cwd, ['run', job, '--quiet'])

  const found = read(alerts)
  for (const one of planted) expect(found).toContainEqual(expect.objectContaining(one))
  expect(found.length).toBeLessThan(planted.length + 4)
})
