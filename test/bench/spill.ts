// What it costs that the state of some keys waits on the disk: a job around one stage with a value for each key.
// node --expose-gc test/bench/spill.ts [--keys 100000] [--records 500000] [--write]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { createJob, type JobSpec, type SpillFile } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { openJobState } from '@millrace/job'
import type { StageScope } from '@millrace/sdk'
import { nodeScratch, SlotFile } from '@millrace/store'

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000' },
    records: { type: 'string', default: '500000' },
    child: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const KEYS = Number(values.keys)
const RECORDS = Number(values.records)
const BATCH = 1024

interface Row {
  readonly key: string
  readonly amount: number
}

/** Some 150 bytes for each key. */
const stage = ({ state }: StageScope) => {
  const initial = () => ({ count: 0, amount: 0, note: '' })
  const last = state.value('last', { initial })
  return {
    process({ amount, key }: Row) {
      const { count, note } = last.get()
      last.set({ count: count + 1, amount, note: note === '' ? key.padEnd(100, '.') : note })
    },
  }
}

const names = Array.from({ length: KEYS }, (_, index) => `key-${index}`)
const batchOf = (from: number, count: number, next: (index: number) => number): Row[] =>
  Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => {
    return { key: names[next(from + at)] as string, amount: at }
  })

/** A key by chance, the same in each run. */
function scattered(index: number): number {
  let hash = Math.imul(index ^ (index >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % KEYS
}

interface Measured {
  readonly perRecord: number
  readonly heapBytes: number
  readonly diskBytes: number
  readonly checkpointMs: number
  readonly longestMs: number
  readonly recoveryMs: number
}

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await settled()
  }
  return process.memoryUsage().heapUsed
}

function openSpill(dir: string): SpillFile {
  const file = new SlotFile(() => nodeScratch(dir), dir)
  return {
    encode: serialize,
    decode: (bytes) => deserialize(bytes.slice()),
    put: (slot, bytes) => file.put(slot, bytes),
    take: (slot) => file.take(slot),
    hold: (slots) => file.hold(slots),
    get size() {
      return file.size
    },
    close: () => file.close(),
  }
}

interface Built {
  readonly spec: JobSpec
  readonly file: () => SpillFile | undefined
}

function jobOf(
  most: number | undefined,
  dir: string,
  read: () => AsyncIterable<{ values: readonly unknown[] }>,
): Built {
  let file: SpillFile | undefined
  const dispose = (): void => {}
  const outputs = { out: 'Nothing.' }
  const traits = { name: 'last', inputs: ['in'], outputs, keeps: 'state' as const, absorbs: true }
  const source = { name: 'memory', ends: true, replay: 'position' as const }
  const sink = { name: 'nothing', guarantee: 'Nothing.' }
  const spec: JobSpec = {
    name: 'bench',
    sources: [{ id: 'source', factory: { traits: source, create: () => ({ read }), dispose } }],
    stages: [
      {
        id: 'stage',
        factory: { traits, create: stage, dispose },
        inputs: [{ name: 'in', from: [{ id: 'source', output: 'out' }] }],
        by: [{ name: 'key', description: 'key', read: (row: unknown) => (row as Row).key }],
        ...(most !== undefined && { spill: { keys: most } }),
      },
    ],
    sinks: [
      {
        id: 'sink',
        factory: { traits: sink, create: () => ({ write() {} }), dispose },
        from: [{ id: 'stage', output: 'out' }],
      },
    ],
    spills: () => Promise.resolve((file = openSpill(dir))),
  }
  return { spec, file: () => file }
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

/** All that was handed on has been taken: the event loop has nothing to do. */
const settled = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 200))

async function measure(most: number | undefined, dir: string): Promise<Measured> {
  const state = await stateIn(dir)
  const found = { perRecord: 0, heapBytes: 0, diskBytes: 0, checkpointMs: 0, longestMs: 0 }
  const before = await heap()
  async function* read(): AsyncGenerator<{ values: Row[] }> {
    for (let from = 0; from < KEYS; from += BATCH) {
      yield { values: batchOf(from, KEYS, (index) => index) }
    }
    // What each key has comes to rest.
    for (let from = 0; from < KEYS; from += BATCH) {
      yield { values: batchOf(from, KEYS, scattered) }
    }
    await settled()
    found.heapBytes = (await heap()) - before
    const cpu = process.threadCpuUsage()
    for (let from = 0; from < RECORDS; from += BATCH) {
      yield { values: batchOf(from, RECORDS, (index) => scattered(index + KEYS)) }
    }
    await settled()
    const { system, user } = process.threadCpuUsage(cpu)
    found.perRecord = ((user + system) * 1000) / RECORDS
    found.diskBytes = file()?.size ?? 0
    await checkpoint()
  }
  const checkpoint = async (): Promise<void> => {
    let last = performance.now()
    const ticks = setInterval(() => {
      const now = performance.now()
      found.longestMs = Math.max(found.longestMs, now - last - 1)
      last = now
    }, 1)
    const start = performance.now()
    await job.checkpoint()
    found.checkpointMs = performance.now() - start
    clearInterval(ticks)
    void job.stop()
  }
  const { file, spec } = jobOf(most, dir, read)
  const own = { everyMs: 1_000_000, store: state }
  const job = createJob({ ...spec, checkpoint: own }, { runtime: nodeRuntime })
  const { error } = await job.run()
  await state.close()
  if (error !== undefined) throw error
  return { ...found, recoveryMs: await recover(most, dir) }
}

/** Time from nothing to the first record that is read. */
async function recover(most: number | undefined, dir: string): Promise<number> {
  const start = performance.now()
  let ms = 0
  const state = await stateIn(dir)
  const { restored } = state
  if (restored === undefined) throw new Error('There is no checkpoint.')
  async function* read(): AsyncGenerator<{ values: Row[] }> {
    ms = performance.now() - start
    void job.stop()
    yield { values: batchOf(0, 1, (index) => index) }
  }
  const { spec } = jobOf(most, dir, read)
  const stages = Object.entries(restored.stages).map(([id, one]) => [id, { ...one, isOver: false }])
  const again = { ...restored, end: undefined, sources: {}, sinks: {} }
  const own = { ...again, stages: Object.fromEntries(stages) }
  const checkpoint = { everyMs: 1_000_000, store: state, restored: own }
  const job = createJob({ ...spec, checkpoint }, { runtime: nodeRuntime })
  const { error } = await job.run()
  await state.close()
  if (error !== undefined) throw error
  return ms
}

const cases: readonly { readonly name: string; readonly most: number | undefined }[] = [
  { name: 'no spill', most: undefined },
  { name: 'all keys in memory', most: 2 * KEYS },
  { name: '90 % of the keys in memory', most: 0.9 * KEYS },
  { name: '50 %', most: 0.5 * KEYS },
  { name: '10 %', most: 0.1 * KEYS },
  { name: '1 %', most: 0.01 * KEYS },
]

const own = cases.find(({ name }) => name === values.child)
if (own !== undefined) {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-spill-'))
  try {
    const found = await measure(own.most, dir)
    const { checkpointMs, diskBytes, heapBytes, longestMs, perRecord, recoveryMs } = found
    const cells = [
      own.name,
      perRecord.toFixed(0),
      (heapBytes / KEYS).toFixed(0),
      diskBytes === 0 ? '' : (diskBytes / KEYS).toFixed(0),
      checkpointMs.toFixed(0),
      longestMs.toFixed(0),
      recoveryMs.toFixed(0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  } finally {
    rmSync(dir, { recursive: true })
  }
} else {
  const host = `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'cpu'}, a shared machine`
  const head = `| keys in memory | ns a record | heap (bytes a key) | scratch (bytes a key) | checkpoint of all (ms) | longest pause in it (ms) | recovery (ms) |
| --- | --- | --- | --- | --- | --- | --- |`
  console.log(`${host}\n${head}`)
  const rows: string[] = []
  for (const { name } of cases) {
    const args = ['--child', name, '--keys', values.keys, '--records', values.records]
    const child = spawnSync(process.execPath, ['--expose-gc', import.meta.filename, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    console.log(child.stdout.trim())
    rows.push(child.stdout.trim())
  }
  const bytes = serialize([
    [[{ count: 9, amount: 9, note: '.'.repeat(100) }], undefined, undefined, 9],
  ])
  const page = `# Spill

${host}. Made by \`node test/bench/spill.ts --write\`.

A job \`source > stage > sink\` in memory with a value for each of ${KEYS.toLocaleString('en')} keys: an object of two numbers and a text of 100
characters, read and set by each record, keys by chance. A record costs what the main thread spends on it, reading and writing of the disk
included; where half of the keys are in memory about half of the records find theirs on the disk. Of a key on the disk the table of keys and its place in the
state stay in memory: that is what the heap holds in the last line. On the disk a key takes ${bytes.length + 8} bytes; scratch holds up to twice
that, and more while room is won back. The checkpoint is the first of the run, which has all keys. Recovery is from opening the store to reading on.

${head}
${rows.join('\n')}
`
  if (values.write) writeFileSync(join(import.meta.dirname, '../../docs/benchmarks/spill.md'), page)
}
