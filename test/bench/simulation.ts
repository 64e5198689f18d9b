// How many seeds a second simulations explore: three actors with synchronous and with asynchronous handlers, a YAML pipeline.
// node test/bench/simulation.ts [--seconds 3]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { explore, type Scenario } from '@millrace/testkit'
import { ordersOf, totalsOf } from '../simulation/keyed-pipeline.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } })
const seconds = Number(values.seconds)
const ITEMS = 40

/** Forty items, a millisecond apart, through a source, a stage and a sink, where one turn in a hundred crashes. */
function threeStages(isAsync: boolean): Scenario<number[]> {
  return (sim) => {
    const got: number[] = []
    const sink = sim.spawn<number>({
      id: 'sink',
      restart: 'permanent',
      create: () => ({ receive: (item) => void got.push(item) }),
    })
    const stage = sim.spawn<number>({
      id: 'stage',
      restart: 'permanent',
      create: () => ({
        receive: isAsync
          ? async (item) => {
              await sim.sleep(1 + (item % 5))
              sink.tell(item * 2)
            }
          : (item) => sink.tell(item * 2),
      }),
    })
    const source = sim.spawn<number>({
      id: 'source',
      restart: 'permanent',
      create: () => ({ receive: (item) => stage.tell(item) }),
    })
    for (let item = 0; item < ITEMS; item++) sim.runtime.timer(item, () => source.tell(item))
    return got
  }
}

const orders = ordersOf(100, 5)
const keyedPipeline: Scenario<unknown[]> = (sim) => sim.complete(totalsOf(sim.runtime, orders))

/**
 * Explores in rounds for about `seconds`; the best round is the one that others disturbed least. Processor time is that of all
 * threads of the process, so it is what a busy machine can be judged by.
 */
async function measure<W>(
  name: string,
  scenario: Scenario<W>,
  options: { readonly seeds: number; readonly sometimes: Record<string, (got: W) => unknown> },
): Promise<void> {
  const endMs = performance.now() + seconds * 1000
  let best = 0
  let bestOfProcessor = 0
  let turns = 0
  for (let firstSeed = 1; performance.now() < endMs; firstSeed += options.seeds) {
    const startMs = performance.now()
    const before = process.cpuUsage()
    const report = await explore(scenario, {
      ...options,
      firstSeed,
      faults: { crashInHandler: name.startsWith('YAML') ? 0 : 0.01, slowHandler: 0.001 },
    })
    report.verify()
    best = Math.max(best, (options.seeds * 1000) / (performance.now() - startMs))
    const { user, system } = process.cpuUsage(before)
    bestOfProcessor = Math.max(bestOfProcessor, (options.seeds * 1e6) / (user + system))
    turns = report.turns / report.runs
  }
  const figures = [turns, best, bestOfProcessor].map((value) =>
    Math.round(value).toLocaleString('en'),
  )
  console.log(`| ${name} | ${figures.join(' | ')} |`)
}

const arrives = { 'items arrive': (got: number[]) => got.length >= ITEMS - 2 }
console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'}\n`)
console.log('| scenario | turns | seeds per second | per second of processor time |')
console.log('|---|---|---|---|')
await measure('three stages, synchronous', threeStages(false), { seeds: 1000, sometimes: arrives })
await measure('three stages, asynchronous', threeStages(true), { seeds: 500, sometimes: arrives })
await measure('YAML pipeline with keyed state', keyedPipeline, {
  seeds: 100,
  sometimes: { 'five keys': (got) => got.length === 5 },
})
