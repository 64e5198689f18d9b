import type { ParameterSchema } from './schema.ts'

/** Says how far event time has come, for one partition. */
export interface WatermarkStrategy {
  /**
   * The watermark behind a record, epoch ms: no earlier record is expected any more. One that is lower than before, or NaN, counts
   * as the one before. A throw fails the source.
   */
  after(timestamp: number, record: unknown): number
  /**
   * What the next one of the same partition needs to go on from here in a job with checkpoints: data that `structuredClone` copies. Absent: it
   * begins anew there, so leave it out only where the records behind say all; the watermark does not go back either way.
   */
  snapshot?(): unknown
  /** Called once, before the first record, with what `snapshot` gave; not called where that was undefined. */
  restore?(kept: unknown): void
}

/** A watermark strategy as a plugin declares it, for `time: { watermarks: … }` of a source. */
export interface WatermarksDefinition<Parameters = unknown> {
  readonly kind: 'watermarks'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** One for each partition. It must depend on nothing but the records, so that a second run gives the same results. */
  create(scope: { readonly parameters: Parameters }): WatermarkStrategy
}

/** Declares a watermark strategy. */
export function defineWatermarks<Parameters>(
  definition: Omit<WatermarksDefinition<Parameters>, 'kind'>,
): WatermarksDefinition<Parameters> {
  return { kind: 'watermarks', ...definition }
}
