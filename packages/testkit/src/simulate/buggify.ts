import { confined } from './real-world.ts'

/**
 * A fault of your own, for the code of an actor: true with chance `odds` (0 to 1) inside a simulation, always false outside.
 * `name` tells it in traces; in a swarm each name takes part in about half of the seeds.
 */
export function buggify(name: string, odds: number): boolean {
  return confined()?.buggify(name, odds) ?? false
}
