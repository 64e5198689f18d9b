import { isDeepStrictEqual } from 'node:util'
import type { StageDefinition } from '@millrace/sdk'
import { runStage, type RunStageOptions, type StageRun } from '../run-stage.ts'
import { demand, shown } from './law.ts'
import { Watch, watchedStage } from './watched-stage.ts'

/** What a stage is run with; `replaceAt` are the numbers of the records before which a new instance takes over. */
export interface StageCase extends RunStageOptions {
  readonly input: readonly unknown[]
  readonly replaceAt?: readonly number[]
  /** Records that fail before the stage sees them. */
  readonly refused?: ReadonlySet<unknown>
}

/** All that one run of a stage showed. */
export interface Observed {
  readonly run: StageRun
  readonly watch: Watch
}

/** Runs the stage on the real engine, under a watch. */
export async function observeStage<P>(
  definition: StageDefinition<P>,
  one: StageCase,
): Promise<Observed> {
  const watch = new Watch()
  watch.refused = one.refused ?? watch.refused
  const run = await runStage(watchedStage(definition, watch, one.replaceAt ?? []), one)
  return { run, watch }
}

/** What must be equal where two runs mean the same. */
export function resultsOf({ run, watch }: Observed) {
  return {
    outputs: run.outputs,
    timestamps: run.timestamps,
    rejected: run.rejected,
    reasons: run.reasons,
    counts: run.counts,
    lines: watch.lines,
  }
}

/** Demands that two runs gave the same; `how` names them, such as "batches of 1, of 3". */
export function demandSame(how: string, first: object, second: object): void {
  for (const [name, value] of Object.entries(first)) {
    const other = (second as Record<string, unknown>)[name]
    demand(
      isDeepStrictEqual(value, other),
      () => `${how}: ${name} differ: ${shown(value)} and ${shown(other)}`,
    )
  }
}
