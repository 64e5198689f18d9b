import { TST_OPTION } from '../errors.ts'
import { type Simulation, simulate } from '../simulate/simulate.ts'
import type { SimulateOptions } from '../simulate/simulate-options.ts'

/** Starts actors and sends the first messages; what it returns is handed to the checks. It may run the simulation itself. */
export type Scenario<W> = (simulation: Simulation) => W | Promise<W>

/** Something that must hold: false or a throw means that it does not. It answers at once; a promise breaks it (TST_OPTION). */
export type Check<W> = (world: W, simulation: Simulation) => unknown

/** What must hold when; each check has a name for the report. */
export interface Checks<W> {
  /** After every turn since the scenario has returned. */
  readonly invariants?: Readonly<Record<string, Check<W>>>
  /** At the end of every run. */
  readonly always?: Readonly<Record<string, Check<W>>>
  /** At the end of one run at least: shows that the scenario gets where it is meant to. */
  readonly sometimes?: Readonly<Record<string, Check<W>>>
  /** Within `within` ms of virtual time after the faults have stopped, in every run. */
  readonly liveness?: Readonly<Record<string, Check<W>>>
  /** Virtual time for `liveness`, ms; default 60,000. */
  readonly within?: number
  /** Runs for so much virtual time, ms; default until nothing is left to do. Needed where timers repeat. */
  readonly forMs?: number
}

/** One run of a scenario. */
export interface Run {
  readonly simulation: Simulation
  /** The name of the check that failed, or `scenario`, `run` where something threw; undefined if all is well. */
  readonly failed: string | undefined
  readonly error: unknown
  /** Which of `sometimes` were true. */
  readonly seen: readonly string[]
}

class CheckFailed extends Error {}

/** What a check says. A promise is neither true nor false, so it would never break. */
function answerOf<W>(check: Check<W>, world: W, simulation: Simulation): unknown {
  const answer = check(world, simulation)
  if (!(answer instanceof Promise)) return answer
  answer.catch(() => {})
  const hint = 'Look at what is there: what takes time belongs into the scenario.'
  throw TST_OPTION({ option: 'A check', value: 'asynchronous', expected: 'a plain function', hint })
}

/** Runs a scenario once with all checks. Never rejects. */
export async function runScenario<W>(
  scenario: Scenario<W>,
  checks: Checks<W>,
  options: SimulateOptions,
): Promise<Run> {
  const simulation = simulate(options)
  const seen: string[] = []
  let stage = 'scenario'
  const hold = (
    world: W,
    kind: string,
    named: Readonly<Record<string, Check<W>>> | undefined,
  ): void => {
    for (const name in named) {
      stage = `${kind} "${name}"`
      const check = named[name]
      if (check !== undefined && answerOf(check, world, simulation) === false)
        throw new CheckFailed(`${stage} is false.`)
    }
    stage = 'run'
  }
  try {
    const world = await scenario(simulation)
    stage = 'run'
    if (checks.invariants !== undefined) {
      simulation.onStep(() => hold(world, 'invariant', checks.invariants))
    }
    if (checks.forMs === undefined) await simulation.runUntilIdle()
    else await simulation.runFor(checks.forMs)
    hold(world, 'always', checks.always)
    for (const [name, check] of Object.entries(checks.sometimes ?? {})) {
      stage = `sometimes "${name}"`
      if (answerOf(check, world, simulation) === true) seen.push(name)
    }
    await comesAlive(world, simulation, checks, (name) => {
      stage = `liveness "${name}"`
    })
    return { simulation, failed: undefined, error: undefined, seen }
  } catch (error) {
    return { simulation, failed: stage, error, seen }
  }
}

async function comesAlive<W>(
  world: W,
  simulation: Simulation,
  { liveness, within = 60_000 }: Checks<W>,
  enter: (name: string) => void,
): Promise<void> {
  if (liveness === undefined) return
  simulation.stopFaults()
  const untilMs = simulation.elapsedMs + within
  for (const [name, check] of Object.entries(liveness)) {
    enter(name)
    const leftMs = Math.max(0, untilMs - simulation.elapsedMs)
    if (await simulation.reaches(() => answerOf(check, world, simulation) === true, leftMs))
      continue
    throw new CheckFailed(`liveness "${name}" did not come within ${within} ms without faults.`)
  }
}
