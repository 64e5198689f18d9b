import { messageOf } from '@millrace/base'

import { TST_EXPLORED } from '../errors.ts'
import type { FaultKind } from '../simulate/faults.ts'
import { whileWatched } from '../simulate/real-world.ts'
import type { SimulateOptions } from '../simulate/simulate-options.ts'
import { renderTrace, type TraceEntry } from '../simulate/trace.ts'
import { checkOptions, type ExploreOptions } from './explore-options.ts'
import { renderDiagram } from './diagram.ts'
import { nextPrefix } from './next-prefix.ts'
import {
  callerFile,
  type Recorded,
  recordedFor,
  replayCommand,
  seedsOfEnvironment,
} from './replay-command.ts'
import { type Run, runScenario, type Scenario } from './run-scenario.ts'
import { shrinkChoices } from './shrink.ts'

/** A run that broke a check, made as simple as could be. */
export interface ExploreFailure {
  readonly seed: number
  /** Which check: such as `invariant "nothing is lost"`. */
  readonly check: string
  readonly error: unknown
  /** The fewest choices found that break it. */
  readonly choices: readonly number[]
  /** How many choices the first failing run made. */
  readonly choicesBefore: number
  /** False if the same choices did not give the same run: something in the scenario is not under control. */
  readonly isRepeatable: boolean
  readonly hash: number
  readonly trace: readonly TraceEntry[]
  /** Mermaid source. */
  readonly diagram: string
  /** Shell command that repeats this very run. */
  readonly command: string
}

/** What came of an exploration. */
export interface ExploreReport {
  readonly name: string
  readonly runs: number
  readonly firstSeed: number
  readonly turns: number
  /** Exhaustive mode: true if every choice was varied. */
  readonly isComplete: boolean
  /** How often each kind of fault struck in all runs. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>
  /** In how many runs each of `sometimes` was true. */
  readonly sometimes: Readonly<Record<string, number>>
  readonly failure: ExploreFailure | undefined
  /** Throws TST_EXPLORED if a check broke or one of `sometimes` was never true. */
  verify(): void
}

/**
 * Runs a scenario under many seeds until a check breaks, then makes that run short and says how to repeat it.
 * The environment variables MILLRACE_SEEDS and MILLRACE_FIRST_SEED stand over the options; MILLRACE_REPLAY repeats one run.
 * Rejects with TST_OPTION for options that do not exist and values they cannot have, TST_CHOICES where the run to repeat cannot be read.
 */
export async function explore<W>(
  scenario: Scenario<W>,
  given: ExploreOptions<W> = {},
): Promise<ExploreReport> {
  const options = { ...given, ...seedsOfEnvironment() }
  const { name = 'scenario' } = options
  checkOptions(options)
  const file = callerFile(new Error('Where explore was called.').stack)
  const tally = new Tally(options)
  const recorded = recordedFor(name)
  const isRecorded = recorded !== undefined
  return whileWatched(async () => {
    const broken = isRecorded
      ? await repeat(scenario, options, { recorded, tally })
      : await search(scenario, options, tally)
    const failure =
      broken === undefined
        ? undefined
        : await explain(scenario, options, { broken, file, isRecorded })
    return tally.toReport(name, failure, isRecorded)
  })
}

/** Counts over all runs. */
class Tally {
  runs = 0
  turns = 0
  isComplete = false
  /** Of one run. */
  choicesMost = 0
  readonly firstSeed: number
  readonly #faults: Partial<Record<FaultKind, number>> = {}
  readonly #sometimes: Record<string, number> = {}

  constructor(options: Pick<ExploreOptions<never>, 'sometimes' | 'firstSeed'>) {
    this.firstSeed = options.firstSeed ?? 1
    for (const name in options.sometimes) this.#sometimes[name] = 0
  }

  add({ simulation, seen }: Run): void {
    this.runs++
    this.turns += simulation.turns
    this.choicesMost = Math.max(this.choicesMost, simulation.choices.length)
    for (const name of seen) this.#sometimes[name] = (this.#sometimes[name] ?? 0) + 1
    const counts = simulation.faultCounts
    for (const kind in counts) {
      const known = kind as FaultKind
      this.#faults[known] = (this.#faults[known] ?? 0) + (counts[known] ?? 0)
    }
  }

  toReport(name: string, failure: ExploreFailure | undefined, isReplay: boolean): ExploreReport {
    const { runs, turns, firstSeed, isComplete } = this
    const sometimes = this.#sometimes
    const verify = (): void => {
      if (failure !== undefined) throw TST_EXPLORED(toText(name, failure), {}, failure.error)
      const unseen = Object.keys(sometimes).find((key) => sometimes[key] === 0)
      if (unseen === undefined || isReplay) return
      const text = `"${unseen}" was true in none of ${runs} runs.`
      throw TST_EXPLORED({ name, text, hint: 'Run more seeds, or make the scenario reach it.' })
    }
    const faults = this.#faults
    return { name, runs, firstSeed, turns, isComplete, faults, sometimes, failure, verify }
  }
}

function toText(
  name: string,
  failure: ExploreFailure,
): { name: string; text: string; hint: string } {
  const { seed, check, error, choices, choicesBefore, isRepeatable } = failure
  const hint = isRepeatable
    ? 'Run the last line of this message in a shell.'
    : 'The same choices gave another run: find what is not under control with checkDeterminism.'
  const text = [
    `${check} broke: ${messageOf(error)}`,
    `seed ${seed}, ${choices.length} of ${choicesBefore} choices left`,
    renderTrace(failure.trace.slice(-60)),
    failure.diagram,
    `Repeat it: ${failure.command}`,
  ].join('\n')
  return { name, text, hint }
}

function toSimulate<W>(options: ExploreOptions<W>): SimulateOptions {
  const { mode = 'uniform', faults, faultsIn, maxTurns } = options
  return {
    mode: mode === 'exhaustive' ? 'uniform' : mode,
    keepTrace: false,
    ...(faults === undefined ? {} : { faults }),
    ...(faultsIn === undefined ? {} : { faultsIn }),
    ...(maxTurns === undefined ? {} : { maxTurns }),
  }
}

async function search<W>(
  scenario: Scenario<W>,
  options: ExploreOptions<W>,
  tally: Tally,
): Promise<Run | undefined> {
  const isExhaustive = options.mode === 'exhaustive'
  const { minutes, seeds = isExhaustive ? 100_000 : 200, choicesMax = 8 } = options
  const simulated = toSimulate(options)
  const endMs = minutes === undefined ? Infinity : performance.now() + minutes * 60_000
  const runsMax = minutes === undefined ? seeds : Infinity
  let prefix: readonly number[] | undefined = []
  while (tally.runs < runsMax && (tally.runs === 0 || performance.now() < endMs)) {
    const chosen: SimulateOptions = isExhaustive
      ? { seed: tally.firstSeed, choices: prefix }
      : { seed: tally.firstSeed + tally.runs }
    const run = await runScenario(scenario, options, { ...simulated, ...chosen })
    tally.add(run)
    if (run.failed !== undefined) return run
    if (!isExhaustive) continue
    prefix = nextPrefix(run.simulation, choicesMax)
    if (prefix !== undefined) continue
    tally.isComplete = tally.choicesMost <= choicesMax
    return undefined
  }
  return undefined
}

async function repeat<W>(
  scenario: Scenario<W>,
  options: ExploreOptions<W>,
  { recorded, tally }: { readonly recorded: Recorded; readonly tally: Tally },
): Promise<Run | undefined> {
  const run = await runScenario(scenario, options, { ...toSimulate(options), ...recorded })
  tally.add(run)
  return run.failed === undefined ? undefined : run
}

async function explain<W>(
  scenario: Scenario<W>,
  options: ExploreOptions<W>,
  found: { readonly broken: Run; readonly file: string | undefined; readonly isRecorded: boolean },
): Promise<ExploreFailure> {
  const { simulation, failed = '' } = found.broken
  const simulated = { ...toSimulate(options), seed: simulation.seed }
  const run = (choices: readonly number[], keepTrace: boolean): Promise<Run> =>
    runScenario(scenario, options, { ...simulated, choices, keepTrace })
  const again = await run(simulation.choices, false)
  const isRepeatable = again.simulation.hash === simulation.hash && again.failed === failed
  const mayShrink = isRepeatable && !found.isRecorded
  const choices = mayShrink
    ? await shrinkChoices(
        simulation.choices,
        async (candidate) => (await run(candidate, false)).failed === failed,
        options.shrinkRuns ?? 1000,
      )
    : simulation.choices
  const last = await run(choices, true)
  const recorded = { seed: simulation.seed, choices }
  return {
    ...recorded,
    check: failed,
    error: last.error ?? found.broken.error,
    choicesBefore: simulation.choices.length,
    isRepeatable,
    hash: last.simulation.hash,
    trace: last.simulation.trace,
    diagram: renderDiagram(last.simulation.trace),
    command: replayCommand(options.name ?? 'scenario', found.file, recorded),
  }
}
