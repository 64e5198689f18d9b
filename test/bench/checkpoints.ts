// What checkpoints cost: a job around one stage with state for each key, a tenth of the keys changing each second, with a
// checkpoint a second and without. node test/bench/checkpoints.ts [--keys 100000,1000000] [--only numbers] [--seconds 10] [--write]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChangeStore, createJob, type JobSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { openJobState } from '@millrace/job'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { readStore } from '@millrace/store'

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000,1000000' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    child: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const SECONDS = Number(values.seconds)
const BATCH = 1024
/** Until all keys are in a checkpoint. */
const WARM_SECONDS = 2.5
/** Parts of the keys, of which one changes in a second. */
const PARTS = 10

interface Row {
  readonly key: string
  readonly amount: number
}

const stages: Readonly<Record<string, (scope: StageScope) => StageInstance>> = {
  numbers({ state }) {
    const create = () => ({ count: 0, sum: 0, min: Infinity, max: -Infinity })
    const numbers = state.numbers('numbers', { create })
    return {
      process({ amount }: Row) {
        const row = numbers.get()
        row.count++
        row.sum += amount
        if (amount < row.min) row.min = amount
        if (amount > row.max) row.max = amount
      },
    }
  },
  values({ state }) {
    const last = state.value('last', { initial: () => ({ count: 0, amount: 0 }) })
    return {
      process({ amount }: Row) {
        last.set({ count: last.get().count + 1, amount })
      },
    }
  },
  objects({ state }) {
    const object = state.object('object', { create: () => ({ count: 0, last: [] as number[] }) })
    return {
      process({ amount }: Row) {
        const kept = object.get()
        kept.last[kept.count++ % 4] = amount
      },
    }
  },
  timers({ state, timers }) {
    const value = state.value('set', { initial: () => 0 })
    return {
      process({ amount }: Row) {
        const at = value.get()
        if (at !== 0) timers.event.delete(at)
        value.set(1e15 + amount)
        timers.event.set(1e15 + amount)
      },
      onTimer() {},
    }
  },
}

interface Measured {
  /** Main thread, ns. */
  readonly cpuNs: number
  readonly pauseMs: number
  /** The longest one while the keys came, all of which one checkpoint took. */
  readonly wholeMs: number
  readonly sizeBytes: number
}

/** All keys once and some more records until these are in a checkpoint; then the parts one by one, a second each. */
function* batches(keys: number, seconds: number, began: () => void): Generator<{ values: Row[] }> {
  const all: Row[][] = []
  for (let from = 0; from < keys; from += BATCH) {
    const length = Math.min(BATCH, keys - from)
    all.push(Array.from({ length }, (_, at) => ({ key: `key-${from + at}`, amount: at % 97 })))
  }
  for (const rows of all) yield { values: rows }
  const start = performance.now()
  const perPart = Math.max(1, Math.floor(all.length / PARTS))
  let hasBegun = false
  for (let batch = 0; ; batch++) {
    const passed = (performance.now() - start) / 1000 - WARM_SECONDS
    if (passed >= seconds) return
    if (passed < 0) {
      yield { values: all[0] as Row[] }
      continue
    }
    if (!hasBegun) began()
    hasBegun = true
    const part = Math.floor(passed) % PARTS
    const rows = all[(part * perPart + (batch % perPart)) % all.length] as Row[]
    yield { values: rows }
  }
}

const bytesIn = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + sizeOf(join(directory, name)), 0)

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    // Removed since.
    return 0
  }
}

function jobOf(kind: string, read: () => Iterable<{ values: readonly unknown[] }>): JobSpec {
  const create = stages[kind]
  if (create === undefined) throw new Error(`There is no kind ${kind}.`)
  const traits = {
    name: kind,
    inputs: ['in'],
    outputs: { out: 'Nothing.' },
    keeps: 'state' as const,
    absorbs: true,
  }
  const dispose = (): void => {}
  const by = [{ name: 'key', description: 'key', read: (row: unknown) => (row as Row).key }]
  const inputs = [{ name: 'in', from: [{ id: 'source', output: 'out' }] }]
  const source = { name: 'memory', ends: true, replay: 'position' as const }
  const sink = { name: 'nothing', guarantee: 'Nothing.' }
  return {
    name: 'bench',
    sources: [{ id: 'source', factory: { traits: source, create: () => ({ read }), dispose } }],
    stages: [{ id: 'stage', factory: { traits, create, dispose }, inputs, by }],
    sinks: [
      {
        id: 'sink',
        factory: { traits: sink, create: () => ({ write() {} }), dispose },
        from: [{ id: 'stage', output: 'out' }],
      },
    ],
  }
}

/** Nanoseconds of the main thread for a record, and what else a run shows. */
async function run(kind: string, keys: number, dir: string | undefined): Promise<Measured> {
  let records = 0
  let longest = 0
  let whole = 0
  let size = 0
  let last = performance.now()
  let cpu = process.threadCpuUsage()
  let running = true
  const tick = (): void => {
    if (!running) return
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    setImmediate(tick)
  }
  const began = (): void => {
    cpu = process.threadCpuUsage()
    whole = longest
    longest = 0
    records = 0
  }
  function* read(): Generator<{ values: Row[] }> {
    tick()
    for (const batch of batches(keys, SECONDS, began)) {
      records += batch.values.length
      yield batch
    }
    cpu = process.threadCpuUsage(cpu)
    running = false
  }
  const spec = jobOf(kind, read)
  if (dir === undefined) {
    const summary = await createJob(spec, { runtime: nodeRuntime }).run()
    if (summary.error !== undefined) throw summary.error
  } else {
    const state = await stateIn(dir)
    const store: ChangeStore = {
      takesChanges: true,
      last: () => state.last(),
      commit: async (checkpoint) => {
        await state.commit(checkpoint)
        size = Math.max(size, bytesIn(dir))
      },
    }
    const withStore = { ...spec, checkpoint: { everyMs: 1000, store } }
    const summary = await createJob(withStore, { runtime: nodeRuntime }).run()
    await state.close()
    if (summary.error !== undefined) throw summary.error
  }
  const cpuNs = ((cpu.user + cpu.system) * 1000) / records
  return { cpuNs, pauseMs: longest, wholeMs: whole, sizeBytes: size }
}

const stateIn = (dir: string) =>
  openJobState({
    settings: { dir, everyMs: 1000 },
    job: 'bench',
    runtime: nodeRuntime,
    print: {
      stage: { role: 'stage', module: 'bench', by: ['key'], parameters: {}, mayChange: [] },
    },
  })

/** Time from nothing to the first record that is read, and bytes of the state alone. */
async function recover(
  kind: string,
  dir: string,
): Promise<{ readonly ms: number; readonly liveBytes: number }> {
  const start = performance.now()
  let ms = 0
  const state = await stateIn(dir)
  function* read(): Generator<{ values: Row[] }> {
    ms = performance.now() - start
    yield { values: [{ key: 'key-0', amount: 1 }] }
  }
  const { restored } = state
  if (restored === undefined) throw new Error('There is no checkpoint.')
  const checkpoint = {
    everyMs: 1_000_000,
    store: state,
    restored: { ...restored, end: undefined, sources: {}, sinks: {}, stages: opened(restored) },
  }
  const job = { ...jobOf(kind, read), checkpoint }
  const summary = await createJob(job, { runtime: nodeRuntime }).run()
  await state.close()
  if (summary.error !== undefined) throw summary.error
  const latest = (await readStore({ directory: dir })).latest()
  const blocks = latest?.sections.flatMap((section) => section.blocks) ?? []
  return { ms, liveBytes: blocks.reduce((sum, bytes) => sum + bytes, 0) }
}

/** Stages as they were before their input was over. */
function opened<Stage>(restored: { readonly stages: Readonly<Record<string, Stage>> }) {
  return Object.fromEntries(
    Object.entries(restored.stages).map(([id, stage]) => [id, { ...stage, isOver: false }]),
  )
}

async function measure(kind: string, keys: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-checkpoints-'))
  try {
    const plain = await run(kind, keys, undefined)
    const kept = await run(kind, keys, dir)
    const { liveBytes, ms } = await recover(kind, dir)
    const cells = [
      kind,
      keys.toLocaleString('en'),
      plain.cpuNs.toFixed(0),
      kept.cpuNs.toFixed(0),
      `${((1 - plain.cpuNs / kept.cpuNs) * 100).toFixed(0)} %`,
      `${plain.pauseMs.toFixed(0)} / ${kept.pauseMs.toFixed(0)}`,
      `${plain.wholeMs.toFixed(0)} / ${kept.wholeMs.toFixed(0)}`,
      ms.toFixed(0),
      (liveBytes / 1e6).toFixed(1),
      (kept.sizeBytes / liveBytes).toFixed(1),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const [kind, keys] = values.child?.split(':') ?? []
if (kind !== undefined) await measure(kind, Number(keys))
else {
  const host = `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'cpu'}, a shared machine`
  const head = `| state | keys | ns a record without | with | throughput lost | pause without / with (ms) | of all keys | recovery (ms) | live (MB) | store / live |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`
  console.log(`${host}\n${head}`)
  const rows: string[] = []
  for (const count of values.keys.split(',')) {
    for (const name of values.only?.split(',') ?? Object.keys(stages)) {
      const args = ['--child', `${name}:${count}`, '--seconds', values.seconds]
      const child = spawnSync(process.execPath, [import.meta.filename, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      console.log(child.stdout.trim())
      rows.push(child.stdout.trim())
    }
  }
  if (values.write) {
    const page = `# Checkpoints

${host}. Made by \`node test/bench/checkpoints.ts --write\`.

A job \`source > stage > sink\` in memory at full speed, with state for each key; one tenth of the keys changes in a second, another one in the
next. With a checkpoint a second, and without; ${SECONDS} seconds each. A record costs what the main thread spends; a pause is the longest time in
which the event loop did not turn, on a machine with other work. Recovery is from opening the store to reading on. Live is what one whole
checkpoint takes.

${head}
${rows.join('\n')}
`
    writeFileSync(join(import.meta.dirname, '../../docs/benchmarks/checkpoints.md'), page)
  }
}
