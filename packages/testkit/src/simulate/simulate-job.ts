import type { Runtime } from '@millrace/base'

import { type Simulation, simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'

/** Something that runs once and tells how it went: a job of `loadJob`, of the builder or of the engine. */
export interface Runs<S> {
  run(): PromiseLike<S>
}

/** A job that ran in a simulation. */
export interface JobSimulation<S> {
  readonly summary: S
  readonly simulation: Simulation
}

/**
 * Runs a job under a seed: `make` gets the runtime to make it on, such as `(runtime) => loadJob('job.yaml', { runtime })`.
 * Its sources and sinks must not touch the real world (TST_REAL). Rejects with TST_WAITED when the job does not end within
 * a day of virtual time, and with what `make` and `run` reject with.
 */
export async function simulateJob<S>(
  make: (runtime: Runtime, simulation: Simulation) => Runs<S> | Promise<Runs<S>>,
  options: SimulateOptions = {},
): Promise<JobSimulation<S>> {
  const simulation = simulate(options)
  const job = await make(simulation.runtime, simulation)
  return { summary: await simulation.complete(job.run()), simulation }
}
