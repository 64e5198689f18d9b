// One subject, one measure, one process: checks that everything is handled, warms up, then prints the median as JSON.
// node --expose-gc measure.mjs <subject> <measure> <folder of the peers>
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [subjectName, measureName, folder] = process.argv.slice(2)
const { load } = await import(pathToFileURL(join(folder, 'peers.mjs')).href)
const peer = async (name) => {
  const module = await load(name)
  return { ...module.default, ...module }
}
const { subject } = await import(`./${subjectName}.mjs`)
const measures = await subject(peer)

/** Where a run takes as long as it takes; elsewhere it is made long enough to be timed. */
const fixed = { 'spawn-1000': 100_000, 'spawn-100000': 100_000, stop: 100_000, chain: 100_000 }
const longEnoughMs = 60
/** The compiler of V8 works beside the program: what runs shorter is measured half compiled. */
const warmMs = 500

/**
 * The last run lives until the next has ended: a collection in between would find no object of some classes, take their
 * hidden classes away, and with them the code that was compiled. No program ends all of its actors between two messages.
 */
const kept = { last: undefined }

async function once(total) {
  const made = await measures[measureName](total)
  const started = performance.now()
  const handled = await made.run()
  const ms = performance.now() - started
  if (handled !== total) throw new Error(`${handled} of ${total} were handled`)
  await made.after?.()
  kept.last = made
  return ms
}

async function warmUp() {
  let total = fixed[measureName] ?? 8000
  let ms = await once(total)
  if (measureName in fixed) return total
  for (let ranMs = ms; ms < longEnoughMs || ranMs < warmMs; ranMs += ms) {
    if (ms < longEnoughMs) total *= ms < longEnoughMs / 4 ? 4 : 2
    ms = await once(total)
  }
  return total
}

async function time() {
  const total = await warmUp()
  const times = []
  for (let run = 0; run < 3; run++) {
    globalThis.gc()
    times.push(((await once(total)) / total) * 1e6)
  }
  return times.toSorted((a, b) => a - b)[1]
}

async function settledHeap() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function weigh() {
  const total = 100_000
  // The first ones bring in what all share.
  const kept = [await measures.idle(1000)]
  const before = await settledHeap()
  kept.push(await measures.idle(total))
  const after = await settledHeap()
  if (kept[1].alive() !== total) throw new Error('not all of them live')
  return (after - before) / total
}

// Some report what a receiver throws on a turn of its own.
let hasOverflowed = false
process.on('uncaughtException', (error) => {
  if (!(error instanceof RangeError)) throw error
  hasOverflowed = true
})

let result
try {
  if (measures[measureName] === undefined) result = { missing: true }
  else result = { value: measureName === 'idle' ? await weigh() : await time() }
} catch (error) {
  await new Promise((resolve) => setTimeout(resolve, 10))
  if (!(error instanceof RangeError || hasOverflowed)) throw error
  result = { failure: 'stack overflow' }
}
console.log(JSON.stringify(result))
process.exit(0)
