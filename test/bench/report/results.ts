import type { Comparison } from '../compare/compare.ts'
import type { Latency } from '../latency/latency.ts'
import type { KeyMemory } from '../memory.ts'

/** All that a run of the benchmark found; what was not asked for is absent. */
export interface Results {
  readonly machine: string
  /** Whether Millrace was measured as a user installs it, or from source. */
  readonly installed: boolean
  /** By subject, of those that took part. */
  readonly versions: Readonly<Record<string, string>>
  /** Why somebody did not take part anywhere, by subject. */
  readonly absent: Readonly<Record<string, string>>
  /** In the order in which they were made: by set, then by size. */
  readonly comparisons: readonly Comparison[]
  readonly latency?: Latency
  readonly keys?: KeyMemory
}
