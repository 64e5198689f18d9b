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
