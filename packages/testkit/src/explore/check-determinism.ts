import { TST_NOT_DETERMINISTIC } from '../errors.ts'
import { type Simulation, simulate } from '../simulate/simulate.ts'
import type { SimulateOptions } from '../simulate/simulate-options.ts'
import { renderTrace } from '../simulate/trace.ts'
import { wholeNumber } from '../whole-number.ts'
import type { Scenario } from './run-scenario.ts'

/**
 * Runs a scenario twice under each seed (a count of at least 1, or the seeds themselves) until nothing is left to do.
 * Rejects with TST_NOT_DETERMINISTIC and the first event that differs. A scenario that throws counts with what it did.
 * Rejects with TST_OPTION for no seeds at all.
 */
export async function checkDeterminism(
  scenario: Scenario<unknown>,
  seeds: number | readonly number[],
  options: Omit<SimulateOptions, 'seed' | 'keepTrace'> & { readonly forMs?: number } = {},
): Promise<void> {
  const { forMs, ...simulated } = options
  const run = async (seed: number): Promise<Simulation> => {
    const simulation = simulate({ ...simulated, seed })
    try {
      await scenario(simulation)
      if (forMs === undefined) await simulation.runUntilIdle()
      else await simulation.runFor(forMs)
    } catch {
      // How far it came is compared all the same.
    }
    return simulation
  }
  wholeNumber('seeds', typeof seeds === 'number' ? seeds : seeds.length, 1)
  const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, at) => at + 1) : seeds
  for (const seed of list) {
    const first = await run(seed)
    const second = await run(seed)
    const was = linesOf(first)
    const is = linesOf(second)
    const at = was.findIndex((line, index) => line !== is[index])
    if (at < 0 && was.length === is.length && first.hash === second.hash) continue
    const place = at < 0 ? was.length : at
    throw TST_NOT_DETERMINISTIC({
      seed,
      first: was[place] ?? 'nothing more',
      second: is[place] ?? 'nothing more',
    })
  }
}

function linesOf({ trace }: Simulation): string[] {
  return renderTrace(trace).split('\n')
}
