import type { RecordRunner } from './record-runner.ts'
import type { StageParts } from './stage-parts.ts'
import type { ParkedFilter } from './parking-lot.ts'

/** Tells a stage or sink to let go what it holds parked. */
export interface LetGo {
  readonly kind: 'letGo'
  readonly which: ParkedFilter
  /** Whether those that failed are given up; those behind them are tried either way. */
  readonly skips: boolean
  /** Told how many there were, when all have been tried. */
  readonly done: (count: number) => void
}

/** Why a parked record counts as filtered that somebody gave up. */
const PARKED_SKIPPED = 'parked, then skipped'

/** Runs the parked records of a stage again, in the order in which they came; resolves to how many there were. */
export async function runLetGo(
  runner: RecordRunner,
  { counter, host, outbox }: StageParts,
  { skips, which }: LetGo,
): Promise<number> {
  const parked = runner.lot?.take(which) ?? []
  for (const one of parked) {
    if (host.over) break
    if (skips && one.record.error !== null) counter.filter(PARKED_SKIPPED)
    else await runner.runAgain(one)
    if (host.over) break
    runner.lot?.through(one)
    await outbox.flush(runner.emitter.mark)
  }
  return parked.length
}
