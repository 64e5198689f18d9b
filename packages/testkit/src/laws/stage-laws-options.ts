import fc, { type Arbitrary } from 'fast-check'
import type { StageDefinition } from '@millrace/sdk'
import type { MakeOptions } from '../injection-of.ts'
import type { RunStageOptions } from '../run-stage.ts'
import { type Effort, type Law, lawOver } from './law.ts'
import type { StageCase } from './observe-stage.ts'

/** What a stage is proved with. */
export interface StageLawsOptions
  extends
    Effort,
    Pick<MakeOptions, 'expressions'>,
    Pick<RunStageOptions, 'by' | 'inputEnds' | 'disorderMs'> {
  /** Valid parameters: the values to try, or an arbitrary of fast-check. Default: none. */
  readonly parameters?: readonly unknown[] | Arbitrary<unknown>
  /** One record as it may come in. */
  readonly records: Arbitrary<unknown>
  /** Event time of a record, epoch ms. Default: its position in the input. */
  readonly timestamp?: (record: unknown, index: number) => number
}

/** One random case: parameters and records. */
export interface Sample {
  readonly parameters: unknown
  readonly input: readonly unknown[]
}

/** What every law of stages is made from. */
export interface StageUnderLaw<P> {
  readonly definition: StageDefinition<P>
  readonly options: StageLawsOptions
  readonly samples: Arbitrary<Sample>
}

export function stageUnderLaw<P>(
  definition: StageDefinition<P>,
  options: StageLawsOptions,
): StageUnderLaw<P> {
  const { parameters = [{}], records } = options
  const samples = fc.record({
    parameters: 'generate' in parameters ? parameters : fc.constantFrom(...parameters),
    // Records are plain values, as a source makes them: fast-check also makes objects without a prototype.
    input: fc.array(
      records.map((record) => structuredClone(record)),
      { maxLength: 24 },
    ),
  })
  return { definition, options, samples }
}

/** A law of this stage over samples and `extra`; `holds` throws a breach. */
export function stageLaw<P, X>(
  { definition, options, samples }: StageUnderLaw<P>,
  about: { readonly id: string; readonly title: string; readonly runs?: number },
  extra: Arbitrary<X>,
  holds: (sample: Sample, extra: X) => Promise<void>,
): Law {
  const runs = about.runs ?? options.runs
  return lawOver(
    { part: `Stage "${definition.name}"`, ...about },
    { runs, seed: options.seed },
    fc.tuple(samples, extra).map(([sample, more]) => ({ ...sample, more })),
    ({ more, ...sample }) => holds(sample, more),
  )
}

/** How a sample is run: with the surroundings of the options. */
export function caseOf(options: StageLawsOptions, { parameters, input }: Sample): StageCase {
  const { by, disorderMs, expressions, inputEnds, timestamp } = options
  return {
    parameters,
    input,
    expressions,
    // Where there is no record to take the time of, it is this.
    now: () => 1_000_000_000_000,
    ...(by === undefined ? {} : { by }),
    ...(disorderMs === undefined ? {} : { disorderMs }),
    ...(inputEnds === undefined ? {} : { inputEnds }),
    ...(timestamp === undefined ? {} : { timestamp }),
  }
}
