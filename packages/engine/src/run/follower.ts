import type { OriginTable } from './record-batch.ts'

/**
 * Is told how far the records of a job are, by the batch that its source gave them in: a job in one thread whose source gives each record by itself
 * can be followed record by record. Each `entered` has its `left`; what comes of records has entered before they have left.
 */
export interface Follower {
  /** Records are on their way to a reader. */
  entered(table: OriginTable): void
  /** The reader is done with them, or they were dropped. */
  left(table: OriginTable): void
  dropped(table: OriginTable, why: 'overflow' | 'outdated'): void
  filtered(table: OriginTable, reason: string): void
  exited(table: OriginTable, reason: string): void
}
