// What checkpoints cost: a job around one stage with state for each key, a tenth of the keys changing from one checkpoint to the
// next, in seconds with a checkpoint and in those without. node test/bench/checkpoints.ts [--keys 100000,1000000] [--only numbers] [--seconds 14] [--write]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChangeStore, createJob, type JobSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { openJobState } from '@millrace/job'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { readStore } from '@millrace/store'
import { bytesIn } from './bytes-in.ts'

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000,1000000' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '14' },
    child: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const SECONDS = Number(values.seconds)
const BATCH = 1024
/** Until all keys are in a checkpoint. */
const WARM_SECONDS = 2
/** Parts of the keys, of which one changes in a second, and two from checkpoint to checkpoint. */
const PARTS = 20

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
  panes({ state }) {
    const panes = state.panes('panes', { create: () => ({ count: 0, sum: 0 }) })
    return {
      process({ amount }: Row) {
        const row = panes.get(0)
        row.count++
        row.sum += amount
      },
    }
  },
  spans({ state }) {
    const create = () => ({ count: 0, sum: 0 })
    const merge = (a: { count: number }, _b: { count: number }) => a
    const spans = state.spans('spans', { create, merge: merge as never })
    return {
      process({ amount }: Row) {
        const { value } = spans.join(0, 1000) as { value: { count: number; sum: number } }
        value.count++
        value.sum += amount
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

/** What the main thread did in the seconds with a checkpoint, or in those without. */
class Phase {
  /** Nanoseconds for a record, second by second. */
  readonly #seconds: number[] = []
  longestMs = 0

  add(cpuNs: number, records: number): void {
    this.#seconds.push(cpuNs / records)
  }

  get perRecord(): number {
    return this.#seconds.toSorted((a, b) => a - b)[this.#seconds.length >> 1] ?? 0
  }
}

interface Measured {
  readonly with: Phase
  readonly without: Phase
  /** While all keys came: their map grows, and the collector moves what is new. No checkpoint is taken. */
  readonly coming: Phase
  /** While one checkpoint took all of them. */
  readonly whole: Phase
  readonly sizeBytes: number
}

/**
 * Records in front of all that is measured: all keys once, and some again until these are in a checkpoint. Then parts of the keys one
 * by one, each for a second: from the middle of a second with a checkpoint to the middle of one without, and the other way round.
 */
function* batches(
  all: readonly Row[][],
  enter: (phase: number) => void,
): Generator<{ values: Row[] }> {
  for (const rows of all) yield { values: rows }
  const start = performance.now()
  const perPart = Math.max(1, Math.floor(all.length / PARTS))
  let phase = -2
  for (let batch = 0; ; batch++) {
    const passed = (performance.now() - start) / 1000 - WARM_SECONDS
    const second = Math.max(-1, Math.floor(passed))
    if (second !== phase) enter(second)
    phase = second
    const part = second < 0 ? 0 : Math.floor(passed + 0.5) % PARTS
    yield { values: all[(part * perPart + (batch % perPart)) % all.length] as Row[] }
  }
}

function rowsOf(keys: number): Row[][] {
  const all: Row[][] = []
  for (let from = 0; from < keys; from += BATCH) {
    const length = Math.min(BATCH, keys - from)
    all.push(Array.from({ length }, (_, at) => ({ key: `key-${from + at}`, amount: at % 97 })))
  }
  return all
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

/** Runs the job, with a checkpoint at the beginning of every other second. */
async function run(kind: string, keys: number, dir: string): Promise<Measured> {
  const all = rowsOf(keys)
  const phases = {
    coming: new Phase(),
    whole: new Phase(),
    with: new Phase(),
    without: new Phase(),
  }
  let phase = phases.coming
  let records = 0
  let size = 0
  let last = performance.now()
  let running = true
  let cpu = process.threadCpuUsage()
  const tick = (): void => {
    if (!running) return
    const now = performance.now()
    phase.longestMs = Math.max(phase.longestMs, now - last)
    last = now
    setImmediate(tick)
  }
  const enter = (second: number): void => {
    const spent = process.threadCpuUsage(cpu)
    cpu = process.threadCpuUsage()
    phase.add((spent.user + spent.system) * 1000, records)
    records = 0
    running = second < SECONDS
    // Its timers stay.
    if (!running) void job.stop()
    phase = second < 0 ? phases.whole : second % 2 === 0 ? phases.with : phases.without
    // All keys are taken once before.
    if (running && second % 2 === (second < 0 ? -1 : 0)) job.checkpoint().catch(() => undefined)
  }
  function* read(): Generator<{ values: Row[] }> {
    tick()
    for (const batch of batches(all, enter)) {
      records += batch.values.length
      yield batch
    }
  }
  const state = await stateIn(dir)
  const store: ChangeStore = {
    takesChanges: true,
    last: () => state.last(),
    commit: async (checkpoint) => {
      await state.commit(checkpoint)
      size = Math.max(size, bytesIn(dir))
    },
  }
  const spec = { ...jobOf(kind, read), checkpoint: { everyMs: 1_000_000, store } }
  const job = createJob(spec, { runtime: nodeRuntime })
  const { error } = await job.run()
  await state.close()
  if (error !== undefined) throw error
  return { ...phases, sizeBytes: size }
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
    ms ||= performance.now() - start
    // Its timers stay.
    void running.stop()
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
  const running = createJob(job, { runtime: nodeRuntime })
  const summary = await running.run()
  await state.close()
  if (summary.error !== undefined) throw summary.error
  const latest = (await readStore({ directory: dir })).latest()
  const blocks = latest?.sections.flatMap((section) => section.blocks) ?? []
  return { ms, liveBytes: blocks.reduce((sum, bytes) => sum + bytes, 0) }
}

/** Stages as they were before their input was over, which write all that they have first. */
function opened<Stage>(restored: { readonly stages: Readonly<Record<string, Stage>> }) {
  return Object.fromEntries(
    Object.entries(restored.stages).map(([id, stage]) => [
      id,
      { ...stage, isOver: false, isKept: false },
    ]),
  )
}

async function measure(kind: string, keys: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-checkpoints-'))
  try {
    const measured = await run(kind, keys, dir)
    const { coming, sizeBytes, whole, with: kept, without: plain } = measured
    const { liveBytes, ms } = await recover(kind, dir)
    const cells = [
      kind,
      keys.toLocaleString('en'),
      plain.perRecord.toFixed(0),
      kept.perRecord.toFixed(0),
      `${((1 - plain.perRecord / kept.perRecord) * 100).toFixed(0)} %`,
      `${plain.longestMs.toFixed(0)} / ${kept.longestMs.toFixed(0)}`,
      `${coming.longestMs.toFixed(0)} / ${whole.longestMs.toFixed(0)}`,
      ms.toFixed(0),
      (liveBytes / 1e6).toFixed(1),
      (sizeBytes / liveBytes).toFixed(1),
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
  const head = `| state | keys | ns a record without | with | throughput lost | pause without / with (ms) | keys come / taken whole | recovery (ms) | live (MB) | store / live |
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

${host}. Made by \`node test/bench/checkpoints.ts --seconds ${SECONDS} --write\`.

A job \`source > stage > sink\` in memory at full speed, with state for each key. Every other second begins with a checkpoint, of a tenth of the keys
changed; ${SECONDS} seconds in all. A record costs what the main thread spends on it in seconds with a checkpoint and in those without, encoding and store
included: medians of these seconds. A pause is the longest time in which the event loop did not turn, on a machine with other work; of all keys the one while they
came at first, without a checkpoint (their map grows), and the one while the first checkpoint took all of them. Recovery is from opening the store to reading on. Live is what one whole checkpoint takes.

${head}
${rows.join('\n')}
`
    writeFileSync(join(import.meta.dirname, '../../docs/benchmarks/checkpoints.md'), page)
  }
}
