// What a checkpoint costs in each kind of store: a million keys with four numbers each, a tenth of them changed each time, one
// block of columns a checkpoint. node test/bench/store.ts [--kills 10] [--lmdb <folder that has node_modules/lmdb>]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createRandom } from '@millrace/base'
import { bytesIn } from './bytes-in.ts'
import { enginesOf, type StoreEngine } from './store-engines.ts'
import { deltaBlock, Keys, wholeBlocks } from './store-blocks.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    lmdb: { type: 'string' },
    child: { type: 'string' },
    directory: { type: 'string' },
  },
})
const engines = enginesOf(values.lmdb)
const KEYS = 1_000_000
const CHANGED = KEYS / 10
const CHECKPOINTS = 25
const EVERY_MS = 200
const random = createRandom(1)

/** Commits without end, and tells each id once it is durable; whoever started this kills it. */
async function commitUntilKilled(engine: StoreEngine, directory: string): Promise<void> {
  const store = await engine.open(directory)
  for (let id = store.lastId + 1; ; id++) {
    await store.commit(id, [deltaBlock(1000, 1000, random)], id % 10 === 0)
    console.log(id)
  }
}

/** Kills it at random instants; says how many of the starts lacked what was acknowledged before. */
async function survive(name: string, engine: StoreEngine, kills: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  let lost = 0
  let acknowledged = 0
  for (let kill = 0; kill < kills; kill++) {
    const args = [import.meta.filename, '--child', name, '--directory', directory]
    if (values.lmdb !== undefined) args.push('--lmdb', values.lmdb)
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const lines = createInterface(child.stdout)
    lines.on('line', (line) => (acknowledged = Number(line)))
    await once(lines, 'line')
    setTimeout(() => child.kill('SIGKILL'), random() * 300)
    await ended
    const store = await engine.open(directory)
    if (store.lastId < acknowledged) lost++
    await store.blocks()
    await store.close()
  }
  rmSync(directory, { recursive: true })
  return `${lost} of ${kills}`
}

const middle = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0

/** One row of the table. */
async function measure(name: string, engine: StoreEngine): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  const store = await engine.open(directory)
  let longest = 0
  let last = performance.now()
  let running = true
  const tick = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) setImmediate(tick)
  }
  const deltas: number[] = []
  const pauses: number[] = []
  let size = 0
  await store.commit(1, wholeBlocks(KEYS), true)
  tick()
  for (let id = 2; id <= CHECKPOINTS; id++) {
    const block = deltaBlock(KEYS, CHANGED, random)
    // Nothing but the commit is to be seen.
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    longest = 0
    last = performance.now()
    const begun = last
    await store.commit(id, [block], false)
    deltas.push(performance.now() - begun)
    // What is done behind the commit counts, too.
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    pauses.push(longest)
    size = Math.max(size, bytesIn(directory))
  }
  running = false
  await store.close()
  const begun = performance.now()
  const again = await engine.open(directory)
  const keys = new Keys(KEYS)
  for (const block of await again.blocks()) keys.apply(block)
  const recovered = performance.now() - begun
  await again.close()
  rmSync(directory, { recursive: true })
  const ms = (value: number): string => value.toFixed(0)
  const lost = await survive(name, engine, Number(values.kills))
  const live = size / (KEYS * 36)
  return `| ${name} | ${ms(middle(deltas))} / ${ms(Math.max(...deltas))} | ${ms(middle(pauses))} / ${ms(Math.max(...pauses))} | ${ms(recovered)} | ${live.toFixed(1)} | ${lost} |`
}

if (values.child !== undefined && values.directory !== undefined) {
  const engine = engines.get(values.child)
  if (engine !== undefined) await commitUntilKilled(engine, values.directory)
} else {
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}`)
  console.log(
    '| store | commit, median / longest (ms) | pause, median / longest (ms) | recovery (ms) | size / live | lost after kill -9 |',
  )
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const [name, engine] of engines) console.log(await measure(name, engine))
}
