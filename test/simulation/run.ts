// Runs scenarios of the actor core and the engine under many seeds, with invariants at every step.
// node test/simulation/run.ts [--seeds 100000] [--scenario supervision] [--seed 1]
import { parseArgs } from 'node:util'

import { campaigns } from './campaigns.ts'
import { describeFailure } from './describe-failure.ts'
import { firstSeed } from './seeds.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    scenario: { type: 'string' },
    seed: { type: 'string' },
  },
})
const names = Object.keys(campaigns)
const chosen = values.scenario === undefined ? names : values.scenario.split(',')
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No scenario ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(2)
}
const total = Number(values.seeds ?? (values.seed === undefined ? 100_000 : 1))
const first = values.seed === undefined ? firstSeed() : Number(values.seed)
if (!(Number.isSafeInteger(total) && total > 0 && Number.isSafeInteger(first))) {
  console.error('--seeds and --seed take whole numbers.')
  process.exit(2)
}

/** One scenario; false if a check broke. */
async function runOne(name: string, count: number): Promise<boolean> {
  const began = performance.now()
  const seen: Record<string, number> = {}
  let clean = 0
  let turns = 0
  while (clean < count) {
    const seeds = Math.min(1000, count - clean)
    const report = await campaigns[name]?.run({ firstSeed: first + clean, seeds })
    if (report === undefined) return false
    clean += report.failure === undefined ? report.runs : report.runs - 1
    turns += report.turns
    for (const key in report.sometimes) {
      seen[key] = (seen[key] ?? 0) + (report.sometimes[key] ?? 0)
    }
    if (report.failure !== undefined) {
      console.error(
        `${name}: broken after ${clean} clean seeds\n${describeFailure(name, report.failure)}`,
      )
      return false
    }
    const seconds = (performance.now() - began) / 1000
    if (clean === count || clean % 10_000 === 0) {
      const rate = Math.round(clean / seconds)
      console.log(`${name}: ${clean} of ${count} seeds clean, ${turns} turns, ${rate} seeds/s`)
    }
  }
  const often = Object.entries(seen).map(([key, times]) => `${key} ${times}`)
  console.log(`${name}: seeds ${first} to ${first + count - 1} are clean. ${often.join(', ')}`)
  const never = Object.keys(seen).filter((key) => seen[key] === 0)
  if (never.length > 0 && count >= 1000) console.log(`${name}: never seen: ${never.join(', ')}`)
  return true
}

const share = Math.ceil(total / chosen.length)
let isClean = true
for (const name of chosen) isClean = (await runOne(name, share)) && isClean
console.log(isClean ? `${share * chosen.length} seeds ran clean.` : 'Broken, see above.')
process.exitCode = isClean ? 0 : 1
