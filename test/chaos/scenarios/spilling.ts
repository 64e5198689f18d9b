import type { Scenario } from '../scenario.ts'
import { keyed } from './keyed.ts'

/** Those that show their records in order, and keep what can wait on the disk. */
const spilling = ['aggregate-end', 'aggregate-update', 'custom-actor', 'pattern'] as const

/** Jobs of which only some keys are in memory, most often fewer than are in use. */
export const spilled: Readonly<Record<string, Scenario>> = {
  spilling: {
    summary: 'jobs that keep something for each key, and few of these in memory',
    modules: ['ledger.ts'],
    goesBack: true,
    order: 'same',
    job(draw, size) {
      const scenario = keyed[draw.pick(spilling)] as Scenario
      const { pipeline, ...drawn } = scenario.job(draw, size)
      const keys = draw.pick([1, 10, 100])
      const spill = `by: key\n    spill: { keys: ${keys} }\n`
      return { ...drawn, pipeline: pipeline.replace('by: key\n', spill) }
    },
  },
}
