import type { Arbitrary } from 'fast-check'
import type { MakeOptions } from '../../injection-of.ts'
import type { Effort } from '../law.ts'

/** Where a sink writes, in one run. */
export interface SinkPlace {
  /** All parameters of the sink: with them it writes there. */
  readonly parameters: unknown
  /** What a reader finds there now, or a promise of it. */
  readonly read: () => unknown
  /** Names of what else lies there, or a promise of them: once a sink is closed there may be nothing. Default: nobody looks. */
  readonly leftovers?: () => readonly string[] | Promise<readonly string[]>
  /** Does for an instance that is killed what the system does for a process: closes what it has open. Default: nothing. */
  readonly killed?: () => unknown
}

/** What a sink is proved with. */
export interface SinkLawsOptions extends Effort, Pick<MakeOptions, 'expressions'> {
  /** One record as it may come in. */
  readonly records: Arbitrary<unknown>
  /** Makes an empty place, a new one each time, for some of `parameters`. */
  readonly place: (parameters: unknown) => SinkPlace | Promise<SinkPlace>
  /** What `place` is asked for. Default: nothing. */
  readonly parameters?: readonly unknown[]
  /** What a reader must find where these records were written, one after the other. Default: a list of them. */
  readonly written?: (records: readonly unknown[], parameters: unknown) => unknown
}
